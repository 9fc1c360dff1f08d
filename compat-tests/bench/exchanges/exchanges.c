/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Short exchanges over TCP, one connection each: connect, a request of 100 bytes, an answer of 200, close by the server.
 *   exchanges SERVER-NAMESPACE CLIENT-NAMESPACE SERVER-ADDRESS PORT FIRST-CLIENT-ADDRESS CLIENT-ADDRESSES FIRST-EXCHANGE MILLISECONDS
 * (namespaces as paths). Both ends are this one process, so that they share a core as they are. Prints how many exchanges were whole, how many
 * failed, and the nanoseconds that they took. The source address is another one for each exchange, in turn from the one of number FIRST-EXCHANGE.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../harness/namespaces.h"

#define AT_ONCE 32
#define REQUEST 100
#define ANSWER 200
#define MOST_FDS 4096
/* An exchange that takes longer has failed. */
#define PATIENCE 1000000000ull

enum role { NOBODY, LISTENER, SERVED, CLIENT };

static struct {
	enum role role;
	unsigned received;
	uint64_t since;
} ends[MOST_FDS];

static struct sockaddr_in server;
static uint32_t first_client;
static unsigned clients, begun;
static unsigned long whole, failed;
static int queue;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void watch(int fd, enum role role, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (fd >= MOST_FDS || epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event))
		die("watching a socket");
	ends[fd].role = role;
	ends[fd].received = 0;
	ends[fd].since = now();
}

static void end(int fd)
{
	ends[fd].role = NOBODY;
	close(fd);
}

static void listen_there(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&server, sizeof(server)) || listen(fd, 4096))
		die("listening");
	watch(fd, LISTENER, EPOLLIN);
}

static void begin(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(first_client + begun % clients) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	begun++;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)))
		die("binding");
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) && errno != EINPROGRESS)
		die("connecting");
	watch(fd, CLIENT, EPOLLOUT);
}

static void accept_all(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		watch(fd, SERVED, EPOLLIN);
}

/* Returns 1 when the other end has said all that it says, -1 when it will not. */
static int take(int fd, unsigned expected)
{
	char bytes[ANSWER];
	ssize_t got = read(fd, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EAGAIN ? 0 : -1;
	if (got == 0)
		return -1;
	ends[fd].received += got;
	return ends[fd].received >= expected;
}

static void serve(int fd)
{
	static const char answer[ANSWER];
	int taken = take(fd, REQUEST);

	if (taken > 0 && write(fd, answer, ANSWER) != ANSWER)
		failed++;
	if (taken)
		end(fd);
}

/* Asks once connected, then reads to the end. Returns 1 when the exchange is over. */
static int ask(int fd, uint32_t events)
{
	static const char request[REQUEST];
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	char bytes[ANSWER];
	ssize_t got;

	if (events & EPOLLOUT) {
		if (write(fd, request, REQUEST) != REQUEST)
			goto broken;
		epoll_ctl(queue, EPOLL_CTL_MOD, fd, &event);
		return 0;
	}
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		ends[fd].received += got;
	if (got < 0 && errno == EAGAIN)
		return 0;
	if (got == 0 && ends[fd].received == ANSWER) {
		whole++;
		end(fd);
		return 1;
	}
broken:
	failed++;
	end(fd);
	return 1;
}

/* Gives up exchanges that hang; returns how many. */
static unsigned give_up(uint64_t at)
{
	unsigned count = 0;

	for (int fd = 0; fd < MOST_FDS; fd++) {
		if (ends[fd].role != CLIENT || at - ends[fd].since < PATIENCE)
			continue;
		failed++;
		count++;
		end(fd);
	}
	return count;
}

static unsigned look(void)
{
	struct epoll_event events[64];
	unsigned over = 0;
	int count = epoll_wait(queue, events, 64, 100);

	for (int i = 0; i < count; i++) {
		int fd = events[i].data.fd;

		if (ends[fd].role == LISTENER)
			accept_all(fd);
		else if (ends[fd].role == SERVED)
			serve(fd);
		else if (ends[fd].role == CLIENT)
			over += ask(fd, events[i].events);
	}
	return over;
}

int main(int argc, char **argv)
{
	uint64_t start, deadline, looked;
	unsigned running = AT_ONCE;

	if (argc != 9)
		return 2;
	server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(argv[3]), .sin_port = htons(atoi(argv[4])) };
	first_client = ntohl(inet_addr(argv[5]));
	clients = atoi(argv[6]);
	begun = atoi(argv[7]);
	queue = epoll_create1(EPOLL_CLOEXEC);
	enter(argv[1]);
	listen_there();
	enter(argv[2]);
	start = looked = now();
	deadline = start + atoi(argv[8]) * 1000000ull;
	for (unsigned i = 0; i < AT_ONCE; i++)
		begin();
	while (running > 0) {
		unsigned over = look();
		uint64_t at = now();

		if (at - looked > PATIENCE / 10) {
			over += give_up(at);
			looked = at;
		}
		for (; over > 0; over--) {
			if (at < deadline)
				begin();
			else
				running--;
		}
	}
	printf("%lu %lu %llu\n", whole, failed, (unsigned long long)(now() - start));
	return 0;
}
