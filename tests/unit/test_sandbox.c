/* SPDX-License-Identifier: ISC */
/*
 * The sandbox: what its filter says of each call, worked out as the kernel
 * does it; and what the kernel makes of it and of Landlock, in a child that
 * tries what the man page says cannot be done.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<linux/seccomp.h>) && __has_include(<linux/audit.h>)
#define HAVE_KERNEL_HEADERS
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif
#endif

#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif

#include "base/sandbox.h"

#define ALLOWED 0
#define OWN     4711 /* the process that the filter is made for */

static const struct seccomp_insn *filter;
static size_t count;

/* The header against the kernel's own. */
static void
test_interface(void **state)
{
	(void)state;
#ifdef HAVE_KERNEL_HEADERS
	assert_int_equal(
	    sizeof(struct seccomp_insn), sizeof(struct sock_filter));
	assert_int_equal(offsetof(struct seccomp_insn, code),
	    offsetof(struct sock_filter, code));
	assert_int_equal(offsetof(struct seccomp_insn, jump_true),
	    offsetof(struct sock_filter, jt));
	assert_int_equal(offsetof(struct seccomp_insn, jump_false),
	    offsetof(struct sock_filter, jf));
	assert_int_equal(
	    offsetof(struct seccomp_insn, k), offsetof(struct sock_filter, k));
	assert_int_equal(
	    sizeof(struct seccomp_program), sizeof(struct sock_fprog));
	assert_int_equal(offsetof(struct seccomp_program, insns),
	    offsetof(struct sock_fprog, filter));
	assert_int_equal(
	    sizeof(struct seccomp_call), sizeof(struct seccomp_data));
	assert_int_equal(offsetof(struct seccomp_call, nr),
	    offsetof(struct seccomp_data, nr));
	assert_int_equal(offsetof(struct seccomp_call, arch),
	    offsetof(struct seccomp_data, arch));
	assert_int_equal(offsetof(struct seccomp_call, args),
	    offsetof(struct seccomp_data, args));
	assert_int_equal(SECCOMP_FILTER_MODE, SECCOMP_MODE_FILTER);
	assert_int_equal(SECCOMP_LOAD, BPF_LD | BPF_W | BPF_ABS);
	assert_int_equal(SECCOMP_AND, BPF_ALU | BPF_AND | BPF_K);
	assert_int_equal(SECCOMP_IF_EQUAL, BPF_JMP | BPF_JEQ | BPF_K);
	assert_int_equal(SECCOMP_IF_AT_LEAST, BPF_JMP | BPF_JGE | BPF_K);
	assert_int_equal(SECCOMP_RETURN, BPF_RET | BPF_K);
	assert_int_equal(SECCOMP_ALLOW, SECCOMP_RET_ALLOW);
	assert_int_equal(SECCOMP_ERRNO(EPERM), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(SECCOMP_X86_64, AUDIT_ARCH_X86_64);
	assert_int_equal(SECCOMP_AARCH64, AUDIT_ARCH_AARCH64);
	assert_int_equal(SECCOMP_RISCV64, AUDIT_ARCH_RISCV64);
#else
	skip();
#endif
}

/* The same of Landlock, as far as this machine's headers know it. */
static void
test_landlock_interface(void **state)
{
	(void)state;
#ifdef LANDLOCK_ACCESS_FS_READ_FILE
	assert_int_equal(offsetof(struct landlock_ruleset, files),
	    offsetof(struct landlock_ruleset_attr, handled_access_fs));
	assert_int_equal(offsetof(struct landlock_beneath, allowed),
	    offsetof(struct landlock_path_beneath_attr, allowed_access));
	assert_int_equal(offsetof(struct landlock_beneath, fd),
	    offsetof(struct landlock_path_beneath_attr, parent_fd));
	assert_int_equal(LANDLOCK_PATH_BENEATH, LANDLOCK_RULE_PATH_BENEATH);
	assert_int_equal(LANDLOCK_ASK_VERSION, LANDLOCK_CREATE_RULESET_VERSION);
	assert_int_equal(LANDLOCK_READ_FILE, LANDLOCK_ACCESS_FS_READ_FILE);
	assert_int_equal(LANDLOCK_FILES_1, 2 * LANDLOCK_ACCESS_FS_MAKE_SYM - 1);
#ifdef LANDLOCK_ACCESS_FS_REFER
	assert_int_equal(LANDLOCK_REFER, LANDLOCK_ACCESS_FS_REFER);
#endif
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
	assert_int_equal(LANDLOCK_TRUNCATE, LANDLOCK_ACCESS_FS_TRUNCATE);
#endif
#ifdef LANDLOCK_ACCESS_FS_IOCTL_DEV
	assert_int_equal(LANDLOCK_IOCTL_DEV, LANDLOCK_ACCESS_FS_IOCTL_DEV);
#endif
#ifdef LANDLOCK_ACCESS_NET_BIND_TCP
	assert_int_equal(LANDLOCK_BIND_TCP, LANDLOCK_ACCESS_NET_BIND_TCP);
#endif
#ifdef LANDLOCK_SCOPE_SIGNAL
	assert_int_equal(LANDLOCK_SIGNALS, LANDLOCK_SCOPE_SIGNAL);
	assert_int_equal(
	    LANDLOCK_ABSTRACT_UNIX, LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET);
#endif
#ifdef SYS_landlock_restrict_self
	assert_int_equal(LANDLOCK_CREATE_RULESET, SYS_landlock_create_ruleset);
	assert_int_equal(LANDLOCK_ADD_RULE, SYS_landlock_add_rule);
	assert_int_equal(LANDLOCK_RESTRICT_SELF, SYS_landlock_restrict_self);
#endif
#else
	skip();
#endif
}

/* What each version was the first to know; the kernel refuses what it does
 * not know. */
static void
test_landlock_versions(void **state)
{
	static const struct {
		int abi;
		struct landlock_ruleset expected;
	} rows[] = {
		{ 1, { 0x1fff, 0, 0 } },
		{ 2, { 0x3fff, 0, 0 } },
		{ 3, { 0x7fff, 0, 0 } },
		{ 4, { 0x7fff, 1, 0 } },
		{ 5, { 0xffff, 1, 0 } },
		{ 6, { 0xffff, 1, 3 } },
		{ 7, { 0xffff, 1, 3 } },
		{ 1000, { 0xffff, 1, 3 } },
	};
	struct landlock_ruleset got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		got = landlock_ruleset_of(rows[i].abi);
		check(memcmp(&got, &rows[i].expected, sizeof got) == 0,
		    "version %d", rows[i].abi);
	}
}

/* What the filter comes to for this call: ALLOWED, or an errno. */
static int
judge(const struct seccomp_call *call)
{
	uint32_t a = 0, action;
	size_t at;

	for (at = 0; at < count; at++) {
		check(filter[at].code == SECCOMP_LOAD || at > 0, "no start");
		switch (filter[at].code) {
		case SECCOMP_LOAD:
			assert_true(filter[at].k + sizeof a <= sizeof *call);
			assert_int_equal(filter[at].k % sizeof a, 0);
			memcpy(&a, (const char *)call + filter[at].k, sizeof a);
			break;
		case SECCOMP_AND:
			a &= filter[at].k;
			break;
		case SECCOMP_IF_EQUAL:
			at += a == filter[at].k ? filter[at].jump_true
						: filter[at].jump_false;
			break;
		case SECCOMP_IF_AT_LEAST:
			at += a >= filter[at].k ? filter[at].jump_true
						: filter[at].jump_false;
			break;
		case SECCOMP_RETURN:
			action = filter[at].k;
			if (action == SECCOMP_ALLOW)
				return ALLOWED;
			assert_int_equal(
			    action & 0xffff0000U, SECCOMP_ERRNO(0));
			return (int)(action & 0xffff);
		default:
			check(false, "instruction %zu is unknown", at);
		}
	}
	check(false, "the filter has no end");
	return -1;
}

static uint32_t
own_architecture(void)
{
	return filter[1].k;
}

static int
judge_call(long nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct seccomp_call call = {
		.nr = (int32_t)nr,
		.arch = own_architecture(),
		.args = { a0, a1, a2, UINT64_MAX, UINT64_MAX, UINT64_MAX },
	};

	return judge(&call);
}

#define ANY UINT64_C(0x1234567812345678)
#define FD  UINT64_C(3)

#define CALL(nr, a0, a1, a2)                                                   \
#nr "(" #a0 ", " #a1 ", " #a2 ")", nr, (uint64_t)(a0), (uint64_t)(a1), \
	    (uint64_t)(a2)

static const struct {
	const char *name;
	long nr;
	uint64_t a0, a1, a2;
	int expected;
} calls[] = {
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_RDONLY), ALLOWED },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_CLOEXEC | O_NONBLOCK), ALLOWED },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_DIRECTORY), ALLOWED },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_WRONLY), EPERM },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_RDWR), EPERM },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_WRONLY | O_RDWR), EPERM },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_RDONLY | O_CREAT), EPERM },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_RDONLY | O_TRUNC), EPERM },
	{ CALL(SYS_openat, AT_FDCWD, ANY, O_TMPFILE | O_RDWR), EPERM },
#ifdef SYS_open
	{ CALL(SYS_open, ANY, O_RDONLY | O_CLOEXEC, ANY), ALLOWED },
	{ CALL(SYS_open, ANY, O_WRONLY | O_CLOEXEC, ANY), EPERM },
	{ CALL(SYS_open, ANY, O_CREAT, ANY), EPERM },
	{ CALL(SYS_creat, ANY, ANY, ANY), ENOSYS },
	{ CALL(SYS_unlink, ANY, ANY, ANY), ENOSYS },
	{ CALL(SYS_fork, 0, 0, 0), EPERM },
	{ CALL(SYS_vfork, 0, 0, 0), EPERM },
#endif
	{ CALL(SYS_unlinkat, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_mkdirat, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_mknodat, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_linkat, FD, ANY, FD), ENOSYS },
	{ CALL(SYS_symlinkat, ANY, FD, ANY), ENOSYS },
	{ CALL(SYS_fchmodat, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_ftruncate, FD, ANY, ANY), ALLOWED },
	{ CALL(SYS_fsync, FD, 0, 0), ALLOWED },

	{ CALL(SYS_socket, AF_INET, SOCK_STREAM, IPPROTO_TCP), ALLOWED },
	{ CALL(SYS_socket, AF_INET6, SOCK_STREAM, 0), ALLOWED },
	{ CALL(SYS_socket, AF_INET, SOCK_DGRAM, IPPROTO_UDP), ALLOWED },
	{ CALL(SYS_socket, AF_INET6, SOCK_DGRAM, 0), ALLOWED },
	{ CALL(SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	      0),
	    ALLOWED },
	{ CALL(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), EPERM },
	{ CALL(SYS_socket, AF_UNIX, SOCK_STREAM, 0), EPERM },
	{ CALL(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), EPERM },
	{ CALL(SYS_socket, AF_INET, SOCK_RAW, ANY), EPERM },
	{ CALL(SYS_socket, AF_NETLINK, SOCK_DGRAM, 0), EPERM },
	{ CALL(SYS_socket, AF_PACKET, SOCK_DGRAM, 0), EPERM },
	{ CALL(SYS_socket, 40, SOCK_STREAM, 0), EPERM },
	{ CALL(SYS_bind, FD, ANY, sizeof(struct sockaddr_in)), ALLOWED },
	{ CALL(SYS_bind, FD, ANY, sizeof(struct sockaddr_in6)), ALLOWED },
	{ CALL(SYS_bind, FD, ANY, sizeof(struct sockaddr_un)), EPERM },
	{ CALL(SYS_bind, FD, ANY, sizeof(sa_family_t)), EPERM },
	{ CALL(SYS_bind, FD, ANY, sizeof(struct sockaddr_in) + 1), EPERM },
	{ CALL(SYS_bind, 0, ANY, sizeof(struct sockaddr_in)), EPERM },
	{ CALL(SYS_bind, 2, ANY, sizeof(struct sockaddr_in6)), EPERM },
	{ CALL(SYS_connect, FD, ANY, ANY), ALLOWED },
	{ CALL(SYS_listen, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_accept4, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0), ENOSYS },

	{ CALL(SYS_fcntl, FD, F_SETFL, O_NONBLOCK), ALLOWED },
	{ CALL(SYS_fcntl, FD, F_SETFD, FD_CLOEXEC), ALLOWED },
	{ CALL(SYS_fcntl, FD, F_DUPFD, 0), EPERM },
	{ CALL(SYS_fcntl, FD, F_DUPFD_CLOEXEC, 0), EPERM },
	{ CALL(SYS_dup, FD, 0, 0), ENOSYS },
	{ CALL(SYS_dup3, FD, 4, 0), ENOSYS },
	{ CALL(SYS_fcntl, FD, F_SETOWN, ANY), EPERM },
	{ CALL(SYS_fcntl, FD, 15, ANY), EPERM },     /* F_SETOWN_EX */
	{ CALL(SYS_fcntl, FD, 10, SIGKILL), EPERM }, /* F_SETSIG */

	{ CALL(SYS_ioctl, 2, TIOCGWINSZ, ANY), ALLOWED },
	{ CALL(SYS_ioctl, 2, TCGETS, ANY), ALLOWED },
	{ CALL(SYS_ioctl, FD, SIOCGIFINDEX, ANY), ALLOWED },
	{ CALL(SYS_ioctl, 2, TIOCSTI, ANY), EPERM },
	{ CALL(SYS_ioctl, 2, TIOCSETD, ANY), EPERM },

	{ CALL(SYS_mmap, 0, ANY, PROT_NONE), ALLOWED },
	{ CALL(SYS_mmap, 0, ANY, PROT_READ | PROT_WRITE), ALLOWED },
	{ CALL(SYS_mmap, 0, ANY, PROT_READ | PROT_EXEC), EPERM },
	{ CALL(SYS_mmap, 0, ANY, PROT_EXEC), EPERM },
	{ CALL(SYS_mprotect, ANY, ANY, PROT_READ | PROT_WRITE), ALLOWED },
	{ CALL(SYS_mprotect, ANY, ANY, PROT_READ | PROT_EXEC), EPERM },
	{ CALL(SYS_mprotect, ANY, ANY, 7), EPERM },
	{ CALL(SYS_pkey_mprotect, ANY, ANY, PROT_EXEC), ENOSYS },
	{ CALL(SYS_memfd_create, ANY, ANY, ANY), ENOSYS },

	/* As musl starts a thread, with CLONE_DETACHED (0x400000). */
	{ CALL(SYS_clone,
	      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		  CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
		  CLONE_CHILD_CLEARTID | 0x400000,
	      ANY, ANY),
	    ALLOWED },
	{ CALL(SYS_clone, SIGCHLD, 0, 0), EPERM },
	{ CALL(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, ANY, 0), EPERM },
	{ CALL(SYS_clone, CLONE_THREAD | CLONE_NEWNET, ANY, 0), EPERM },
	{ CALL(435, ANY, ANY, ANY), ENOSYS }, /* clone3 */

	{ CALL(SYS_tkill, OWN, SIGABRT, 0), ALLOWED },
	{ CALL(SYS_tkill, OWN, SIGKILL, 0), EPERM },
	{ CALL(SYS_tkill, OWN, SIGABRT + 16, 0), EPERM },
	{ CALL(SYS_tkill, OWN + 1, SIGABRT, 0), EPERM },
	{ CALL(SYS_tgkill, OWN, ANY, SIGABRT), ALLOWED },
	{ CALL(SYS_tgkill, OWN, ANY, SIGTERM), EPERM },
	{ CALL(SYS_tgkill, OWN - 1, ANY, SIGABRT), EPERM },
	{ CALL(SYS_tgkill, ANY, OWN, SIGABRT), EPERM },
	{ CALL(SYS_kill, ANY, SIGABRT, 0), EPERM },

	{ CALL(SYS_getdents64, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_readlinkat, FD, ANY, ANY), ENOSYS },
	{ CALL(424, FD, SIGABRT, 0), ENOSYS }, /* pidfd_send_signal */
	{ CALL(434, ANY, 0, 0), ENOSYS },      /* pidfd_open */
	{ CALL(438, ANY, FD, 0), ENOSYS },     /* pidfd_getfd */
	{ CALL(440, FD, ANY, ANY), ENOSYS },   /* process_madvise */
	{ CALL(444, ANY, ANY, 0), ENOSYS },    /* landlock_create_ruleset */

	{ CALL(SYS_execve, ANY, ANY, ANY), EPERM },
	{ CALL(SYS_execveat, ANY, ANY, ANY), EPERM },
	{ CALL(SYS_ptrace, ANY, ANY, ANY), EPERM },
	{ CALL(SYS_process_vm_readv, ANY, ANY, ANY), EPERM },
	{ CALL(SYS_process_vm_writev, ANY, ANY, ANY), EPERM },
	{ CALL(SYS_setuid, 0, 0, 0), ENOSYS },
	{ CALL(SYS_setresgid, 0, 0, 0), ENOSYS },
	{ CALL(SYS_unshare, ANY, 0, 0), ENOSYS },
	{ CALL(SYS_setns, ANY, 0, 0), ENOSYS },
	{ CALL(SYS_mount, ANY, ANY, ANY), ENOSYS },
	{ CALL(SYS_prctl, ANY, ANY, ANY), ENOSYS },
	{ CALL(SYS_personality, ANY, 0, 0), ENOSYS },
	{ CALL(SYS_bpf, ANY, ANY, ANY), ENOSYS },
	{ CALL(425, ANY, ANY, ANY), ENOSYS }, /* io_uring_setup */
	{ CALL(437, ANY, ANY, ANY), ENOSYS }, /* openat2 */
	{ CALL(-1, ANY, ANY, ANY), ENOSYS },
	{ CALL(1 << 20, ANY, ANY, ANY), ENOSYS },
};

/* What the program was seen to call, or its libc has in it. */
static const long needed[] = {
	SYS_brk,
	SYS_clock_gettime,
	SYS_close,
	SYS_connect,
	SYS_exit,
	SYS_exit_group,
	SYS_fstat,
	SYS_futex,
	SYS_getrandom,
	SYS_getsockname,
	SYS_getsockopt,
	SYS_gettimeofday,
	SYS_lseek,
	SYS_madvise,
	SYS_membarrier,
	SYS_mremap,
	SYS_munmap,
	SYS_newfstatat,
	SYS_pipe2,
	SYS_ppoll,
	SYS_pread64,
	SYS_read,
	SYS_readv,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_restart_syscall,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sendmsg,
	SYS_sendto,
	SYS_set_robust_list,
	SYS_set_tid_address,
	SYS_setsockopt,
	SYS_write,
	SYS_writev,
#ifdef SYS_poll
	SYS_pipe,
	SYS_poll,
	SYS_stat,
#endif
};

static void
test_needed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(needed); i++)
		check(judge_call(needed[i], ANY, ANY, ANY) == ALLOWED,
		    "call %ld", needed[i]);
}

static void
test_calls(void **state)
{
	size_t i;
	int got;

	(void)state;
	for (i = 0; i < COUNT(calls); i++) {
		got = judge_call(
		    calls[i].nr, calls[i].a0, calls[i].a1, calls[i].a2);
		check(got == calls[i].expected, "%s: %s instead of %s",
		    calls[i].name, strerror(got), strerror(calls[i].expected));
	}
}

/* The upper halves of arguments that the kernel takes as int say nothing. */
static void
test_halves(void **state)
{
	static const uint64_t above = UINT64_C(0xdeadbeef) << 32;

	(void)state;
	assert_int_equal(judge_call(SYS_openat, ANY, ANY, above), ALLOWED);
	assert_int_equal(
	    judge_call(SYS_openat, ANY, ANY, above | O_RDWR), EPERM);
	assert_int_equal(
	    judge_call(SYS_socket, above | AF_INET, above | SOCK_STREAM, above),
	    ALLOWED);
	assert_int_equal(
	    judge_call(SYS_socket, above | AF_UNIX, above | SOCK_STREAM, above),
	    EPERM);
}

/* The same number may be another call, by another way in. */
static void
test_other_ways_in(void **state)
{
	static const uint32_t others[] = { 0x40000003 /* i386 */,
		0x40000028 /* arm */, SECCOMP_X86_64, SECCOMP_AARCH64,
		SECCOMP_RISCV64, 0 };
	struct seccomp_call call = { .nr = SYS_read };
	size_t i;
	long nr;

	(void)state;
	for (i = 0; i < COUNT(others); i++) {
		if (others[i] == own_architecture())
			continue;
		call.arch = others[i];
		assert_int_equal(judge(&call), ENOSYS);
	}
	/* x32 */
	for (nr = 0; nr < 600; nr++)
		assert_int_equal(judge_call(nr | 0x40000000, 0, 0, 0), ENOSYS);
}

/* What the kernel looks at before it takes a filter: jumps stay inside. */
static void
test_well_formed(void **state)
{
	size_t at;

	(void)state;
	assert_true(count > 100 && count < 4096);
	assert_int_equal(filter[count - 1].code, SECCOMP_RETURN);
	for (at = 0; at < count; at++)
		if (filter[at].code == SECCOMP_IF_EQUAL ||
		    filter[at].code == SECCOMP_IF_AT_LEAST)
			assert_true(at + 1 + filter[at].jump_true < count &&
			    at + 1 + filter[at].jump_false < count);
}

/* 0, or errno of a system call. */
static int
try(long result)
{
	return result == -1 ? errno : 0;
}

#define REFUSED  255
#define TRY(...) #__VA_ARGS__, try(syscall(__VA_ARGS__))

struct attempt {
	const char *call;
	int got, expected;
};

/* The exit status of a child. */
static int
judge_attempts(const struct attempt *attempts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (attempts[i].got == attempts[i].expected)
			continue;
		fprintf(stderr, "%s: %s instead of %s\n", attempts[i].call,
		    strerror(attempts[i].got), strerror(attempts[i].expected));
		return 1;
	}
	return 0;
}

/* Another process, which the test takes the sandbox to. */
static pid_t victim;

static int
make_calls(void)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct sockaddr_un name = {
		.sun_family = AF_UNIX,
		.sun_path = "sandbox-made",
	};
	long in = (long)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	long listener = (long)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	long folder_fd = (long)syscall(SYS_openat, AT_FDCWD, "/tmp", 0);
	char c, entries[512];
	const struct attempt attempts[] = {
		{ TRY(SYS_execve, *argv, argv, NULL), EPERM },
		{ TRY(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L), EPERM },
		{ TRY(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY), EPERM },
		{ TRY(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY), 0 },
		{ TRY(SYS_openat, AT_FDCWD, "/dev/null/x", 0), ENOTDIR },
		{ TRY(SYS_getdents64, folder_fd, entries, (long)sizeof entries),
		    ENOSYS },
		{ TRY(SYS_unlinkat, folder_fd, "nothing", 0L), ENOSYS },
		{ TRY(SYS_mkdirat, folder_fd, "nothing", 0700L), ENOSYS },
		{ TRY(SYS_renameat2, folder_fd, "nothing", folder_fd, "more",
		      0L),
		    ENOSYS },
		{ TRY(SYS_socket, AF_UNIX, SOCK_STREAM, 0), EPERM },
		{ TRY(SYS_listen, listener, 1L), ENOSYS },
		{ TRY(SYS_socket, AF_UNIX, SOCK_DGRAM, 0), EPERM },
		{ TRY(SYS_socket, AF_INET, SOCK_DGRAM, 0), 0 },
		{ TRY(SYS_bind, in, &any, (long)sizeof any), 0 },
		{ TRY(SYS_bind, 0L, &name, 16L), EPERM },
		{ TRY(SYS_dup, 0L), ENOSYS },
		{ TRY(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_EXEC),
		      (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L),
		    EPERM },
		{ TRY(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_WRITE),
		      (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L),
		    0 },
		{ TRY(SYS_ptrace, 16L, (long)victim, 0L, 0L), EPERM },
		{ TRY(SYS_process_vm_readv, (long)victim, NULL, 0L, NULL, 0L,
		      0L),
		    EPERM },
		{ TRY(434L, (long)victim, 0L), ENOSYS }, /* pidfd_open */
		{ TRY(SYS_kill, (long)victim, SIGKILL), EPERM },
		{ TRY(SYS_kill, (long)victim, 0), EPERM },
		{ TRY(SYS_tkill, (long)victim, SIGABRT), EPERM },
		{ TRY(SYS_tgkill, (long)victim, (long)victim, SIGABRT), EPERM },
		{ TRY(SYS_setuid, 0L), ENOSYS },
		{ TRY(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L), ENOSYS },
		{ TRY(SYS_getrandom, &c, 1L, 0L), 0 },
	};

	return judge_attempts(attempts, COUNT(attempts));
}

/* Under Landlock alone, since the filter hides part of what that does. */
static char folder[] = "/tmp/sandbox-XXXXXX";

static int
open_files(void)
{
	char environ_of[64], memory_of[64];
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	long fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	int i;

	snprintf(
	    environ_of, sizeof environ_of, "/proc/%d/environ", (int)victim);
	snprintf(memory_of, sizeof memory_of, "/proc/%d/mem", (int)victim);
	snprintf(name.sun_path, sizeof name.sun_path, "%s/made", folder);
	const struct attempt attempts[] = {
		{ "read /proc/OTHER/environ", try(open(environ_of, O_RDONLY)),
		    EACCES },
		{ "read /proc/OTHER/mem", try(open(memory_of, O_RDONLY)),
		    EACCES },
		{ "read /proc/self/environ",
		    try(open("/proc/self/environ", O_RDONLY)), EACCES },
		{ "read the root", try(open("/", O_RDONLY | O_DIRECTORY)),
		    EACCES },
		{ "read a file beside", try(open("beside", O_RDONLY)), EACCES },
		{ "read a fixed file", try(open("fixed", O_RDONLY)), 0 },
		{ "write to it", try(open("fixed", O_WRONLY)), EACCES },
		{ "read a file that is replaced",
		    try(open("kept/token", O_RDONLY)), 0 },
		{ "create a file",
		    try(open("kept/new", O_WRONLY | O_CREAT, 0600)), EACCES },
		{ "replace a file", try(rename("kept/next", "kept/token")),
		    EACCES },
		{ "remove a file", try(unlink("kept/token")), EACCES },
		{ "make a directory", try(mkdir("kept/d", 0700)), EACCES },
		{ "make a socket",
		    try(bind((int)fd, (struct sockaddr *)&name, sizeof name)),
		    EACCES },
		{ "run a program", try(execl("/bin/true", "true", NULL)),
		    EACCES },
	};

	if ((i = judge_attempts(attempts, COUNT(attempts))) != 0)
		return i;
	/* The parent goes on when it reads this, and closes when it has put
	 * another file there. */
	if (write(STDOUT_FILENO, "", 1) != 1 ||
	    read(STDIN_FILENO, environ_of, 1) != 0)
		return 2;
	return open("kept/token", O_RDONLY) == -1 ? 3 : 0;
}

static int
enter_and_make_calls(void)
{
	struct fault f;

	return sandbox_limit_calls(&f) == STATUS_OK ? make_calls() : REFUSED;
}

static int
enter_and_open_files(void)
{
	static const struct landlock_file files[] = {
		{ .path = "fixed" },
		{ .path = "kept/token", .is_replaced = true },
		{ .path = "/nowhere/at/all", .is_replaced = true },
		{ .path = NULL, .is_replaced = true },
	};
	struct fault f;
	int abi;

	return sandbox_limit_files(files, COUNT(files), &abi, &f) == STATUS_OK
	    ? open_files()
	    : REFUSED;
}

static void
put_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	close(fd);
}

static pid_t
start_victim(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	assert_true(pid != -1);
	return pid;
}

/* The victim must live until we end it. */
static void
end_victim(void)
{
	int status;

	assert_int_equal(waitpid(victim, &status, WNOHANG), 0);
	assert_int_equal(kill(victim, SIGKILL), 0);
	assert_int_equal(waitpid(victim, &status, 0), victim);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
skip_under_valgrind(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	/* It dies of an execve that fails. */
	if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL)
		skip();
}

/* Runs it in a child whose standard input and output are ours, and between
 * `meanwhile` when it says something; its exit status. */
static int
in_a_child(int (*what)(void), void (*meanwhile)(void))
{
	int pair[2], status;
	pid_t pid;
	char c;

	victim = start_victim();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true((pid = fork()) != -1);
	if (pid == 0) {
		dup2(pair[1], STDIN_FILENO);
		dup2(pair[1], STDOUT_FILENO);
		close(pair[0]);
		close(pair[1]);
		_exit(what());
	}
	close(pair[1]);
	if (read(pair[0], &c, 1) == 1)
		meanwhile();
	close(pair[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	end_victim();
	check(WIFEXITED(status), "killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void
test_kernel(void **state)
{
	int status;

	(void)state;
	skip_under_valgrind();
	status = in_a_child(enter_and_make_calls, NULL);
	/* A kernel or a container without it. */
	if (status == REFUSED)
		skip();
	assert_int_equal(status, 0);
}

static void
replace_token(void)
{
	assert_int_equal(rename("kept/next", "kept/token"), 0);
}

static void
test_files(void **state)
{
	static const char *const names[] = { "fixed", "beside", "kept/token",
		"kept/next", "made", "kept", "kept/d", "kept/new" };
	int status, back;
	size_t i;

	(void)state;
	skip_under_valgrind();
	assert_true((back = open(".", O_RDONLY | O_DIRECTORY)) != -1);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("kept", 0700), 0);
	for (i = 0; i < 4; i++)
		put_file(names[i]);
	status = in_a_child(enter_and_open_files, replace_token);
	for (i = 0; i < COUNT(names); i++)
		remove(names[i]);
	assert_int_equal(fchdir(back), 0);
	close(back);
	assert_int_equal(rmdir(folder), 0);
	if (status == REFUSED)
		skip();
	assert_int_equal(status, 0);
}

static int
set_up(void **state)
{
	(void)state;
	filter = sandbox_filter(OWN, &count);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_landlock_interface),
		cmocka_unit_test(test_landlock_versions),
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_other_ways_in),
		cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_files),
	};

	/* An architecture that has no filter. */
	sandbox_filter(OWN, &count);
	if (count == 0)
		return 77;
	return cmocka_run_group_tests(tests, set_up, NULL);
}
