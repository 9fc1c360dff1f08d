/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What programs with ends in several network namespaces begin with. For one source file each; _GNU_SOURCE is defined before. */
#ifndef BPF_IPTABLES_TEST_NAMESPACES_H
#define BPF_IPTABLES_TEST_NAMESPACES_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

/* Sockets made from here on are in the network namespace of that path. */
static void enter(const char *namespace)
{
	int fd = open(namespace, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(namespace);
	close(fd);
}

#endif
