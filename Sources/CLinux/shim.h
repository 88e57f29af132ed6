#pragma once
// Kernel interfaces that Swift's Glibc module leaves out.
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
