#pragma once
// Interfaces of the kernel and of the C library that Swift's Glibc module leaves out.
#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

// What the C library shows to GNU sources only: F_SETPIPE_SZ, pipe2, and a thread's name.
static const int CLINUX_SET_PIPE_SIZE = 1024 + 7;
extern int pipe2(int ends[2], int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);
