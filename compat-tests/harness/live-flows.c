/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * TCP connections that carry data until they are told to end.
 *   live-flows SERVER-NAMESPACE CLIENT-NAMESPACE SERVER-ADDRESS PORT CONNECTIONS
 * (namespaces as paths). Both ends are this process. Prints "open" when all are; then asks and answers on every connection, round by round. For
 * each line on standard input it makes one more round and prints "ALIVE ROUNDS": how many connections answered in it within five seconds, and how
 * many whole rounds there have been. Ends with standard input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "namespaces.h"

#define MOST 4096
#define BYTES 64
#define PATIENCE 5000
#define PAUSE 20

static int asking[MOST], answering[MOST], connections;

static long milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void no_delay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void connect_all(int listener, const struct sockaddr_in *server)
{
	for (int i = 0; i < connections; i++) {
		asking[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(asking[i], (const struct sockaddr *)server, sizeof(*server)))
			die("connecting");
		answering[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (answering[i] < 0)
			die("accepting");
		no_delay(asking[i]);
		no_delay(answering[i]);
	}
}

/* Waits until a message has come whole; returns 0 when it does not in time. */
static int receive(int fd, long deadline)
{
	char bytes[BYTES];
	int got = 0;

	while (got < BYTES) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		long left = deadline - milliseconds();
		ssize_t more;

		if (poll(&wait, 1, left > 0 ? left : 0) <= 0)
			return 0;
		more = read(fd, bytes, BYTES - got);
		if (more <= 0)
			return 0;
		got += more;
	}
	return 1;
}

static int sent(int fd)
{
	static const char message[BYTES];

	return send(fd, message, BYTES, MSG_DONTWAIT | MSG_NOSIGNAL) == BYTES;
}

/* One question and one answer on every connection; returns how many were answered. */
static int one_round(void)
{
	long deadline = milliseconds() + PATIENCE;
	char asked[MOST];
	int alive = 0;

	for (int i = 0; i < connections; i++)
		asked[i] = sent(asking[i]);
	for (int i = 0; i < connections; i++)
		asked[i] = asked[i] && receive(answering[i], deadline) && sent(answering[i]);
	for (int i = 0; i < connections; i++)
		alive += asked[i] && receive(asking[i], deadline);
	return alive;
}

int main(int argc, char **argv)
{
	struct rlimit files = { 2 * MOST + 64, 2 * MOST + 64 };
	struct pollfd order = { .fd = 0, .events = POLLIN };
	struct sockaddr_in server;
	int listener, one = 1;
	long rounds = 0;

	if (argc != 6 || (connections = atoi(argv[5])) > MOST)
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(argv[3]), .sin_port = htons(atoi(argv[4])) };
	enter(argv[1]);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&server, sizeof(server)) || listen(listener, MOST))
		die("listening");
	enter(argv[2]);
	connect_all(listener, &server);
	printf("open\n");
	fflush(stdout);
	for (;;) {
		char line[64];
		int alive, asked = poll(&order, 1, PAUSE) > 0;

		if (asked && read(0, line, sizeof(line)) <= 0)
			return 0;
		alive = one_round();
		rounds += alive == connections;
		if (asked) {
			printf("%d %ld\n", alive, rounds);
			fflush(stdout);
		}
	}
}
