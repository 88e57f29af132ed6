#pragma once
// Interfaces of the kernel and of the C library that Swift's Glibc module leaves out.
#include <malloc.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
