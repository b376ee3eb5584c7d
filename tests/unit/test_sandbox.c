/*
 * The sandbox: what its filter says of each call, worked out as the kernel
 * does it; and what the kernel makes of it, in a child.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

#include "base/sandbox.h"

#define ALLOWED	0

static const struct seccomp_insn	*filter;
static size_t				 count;

/* The header against the kernel's own. */
static void
test_interface(void **state)
{
	(void)state;
#ifdef HAVE_KERNEL_HEADERS
	assert_int_equal(sizeof (struct seccomp_insn),
	    sizeof (struct sock_filter));
	assert_int_equal(offsetof(struct seccomp_insn, code),
	    offsetof(struct sock_filter, code));
	assert_int_equal(offsetof(struct seccomp_insn, jump_true),
	    offsetof(struct sock_filter, jt));
	assert_int_equal(offsetof(struct seccomp_insn, jump_false),
	    offsetof(struct sock_filter, jf));
	assert_int_equal(offsetof(struct seccomp_insn, k),
	    offsetof(struct sock_filter, k));
	assert_int_equal(sizeof (struct seccomp_program),
	    sizeof (struct sock_fprog));
	assert_int_equal(offsetof(struct seccomp_program, insns),
	    offsetof(struct sock_fprog, filter));
	assert_int_equal(sizeof (struct seccomp_call),
	    sizeof (struct seccomp_data));
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
			memcpy(&a, (const char *)call + filter[at].k,
			    sizeof a);
			break;
		case SECCOMP_AND:
			a &= filter[at].k;
			break;
		case SECCOMP_IF_EQUAL:
			at += a == filter[at].k ? filter[at].jump_true :
			    filter[at].jump_false;
			break;
		case SECCOMP_RETURN:
			action = filter[at].k;
			if (action == SECCOMP_ALLOW)
				return ALLOWED;
			assert_int_equal(action & 0xffff0000U,
			    SECCOMP_ERRNO(0));
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

#define ANY	UINT64_C(0x1234567812345678)
#define FD	UINT64_C(3)

#define CALL(nr, a0, a1, a2)	#nr "(" #a0 ", " #a1 ", " #a2 ")", \
				nr, (uint64_t)(a0), (uint64_t)(a1), \
				(uint64_t)(a2)

static const struct {
	const char	*name;
	long		 nr;
	uint64_t	 a0, a1, a2;
	int		 expected;
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
	{ CALL(SYS_ftruncate, FD, ANY, ANY), ENOSYS },

	{ CALL(SYS_socket, AF_INET, SOCK_STREAM, IPPROTO_TCP), ALLOWED },
	{ CALL(SYS_socket, AF_INET6, SOCK_STREAM, 0), ALLOWED },
	{ CALL(SYS_socket, AF_INET, SOCK_DGRAM, IPPROTO_UDP), ALLOWED },
	{ CALL(SYS_socket, AF_INET6, SOCK_DGRAM, 0), ALLOWED },
	{ CALL(SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0), ALLOWED },
	{ CALL(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ALLOWED },
	{ CALL(SYS_socket, AF_UNIX, SOCK_STREAM, 0), EPERM },
	{ CALL(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0),
	    EPERM },
	{ CALL(SYS_socket, AF_INET, SOCK_RAW, ANY), EPERM },
	{ CALL(SYS_socket, AF_NETLINK, SOCK_DGRAM, 0), EPERM },
	{ CALL(SYS_socket, AF_PACKET, SOCK_DGRAM, 0), EPERM },
	{ CALL(SYS_socket, 40, SOCK_STREAM, 0), EPERM },
	{ CALL(SYS_bind, FD, ANY, ANY), ALLOWED },
	{ CALL(SYS_connect, FD, ANY, ANY), ALLOWED },
	{ CALL(SYS_listen, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_accept4, FD, ANY, ANY), ENOSYS },
	{ CALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0), ENOSYS },

	{ CALL(SYS_fcntl, FD, F_SETFL, O_NONBLOCK), ALLOWED },
	{ CALL(SYS_fcntl, FD, F_SETFD, FD_CLOEXEC), ALLOWED },
	{ CALL(SYS_fcntl, FD, F_DUPFD_CLOEXEC, 0), ALLOWED },
	{ CALL(SYS_fcntl, FD, F_SETOWN, ANY), EPERM },
	{ CALL(SYS_fcntl, FD, 15, ANY), EPERM },	/* F_SETOWN_EX */
	{ CALL(SYS_fcntl, FD, 10, SIGKILL), EPERM },	/* F_SETSIG */

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
	{ CALL(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	    CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
	    CLONE_CHILD_CLEARTID | 0x400000, ANY, ANY), ALLOWED },
	{ CALL(SYS_clone, SIGCHLD, 0, 0), EPERM },
	{ CALL(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, ANY, 0), EPERM },
	{ CALL(SYS_clone, CLONE_THREAD | CLONE_NEWNET, ANY, 0), EPERM },
	{ CALL(435, ANY, ANY, ANY), ENOSYS },	/* clone3 */

	{ CALL(SYS_tkill, ANY, SIGABRT, 0), ALLOWED },
	{ CALL(SYS_tkill, ANY, SIGKILL, 0), EPERM },
	{ CALL(SYS_tkill, ANY, SIGABRT + 16, 0), EPERM },
	{ CALL(SYS_tgkill, ANY, ANY, SIGABRT), ALLOWED },
	{ CALL(SYS_tgkill, ANY, ANY, SIGTERM), EPERM },
	{ CALL(SYS_kill, ANY, SIGABRT, 0), EPERM },

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
	{ CALL(425, ANY, ANY, ANY), ENOSYS },	/* io_uring_setup */
	{ CALL(437, ANY, ANY, ANY), ENOSYS },	/* openat2 */
	{ CALL(-1, ANY, ANY, ANY), ENOSYS },
	{ CALL(1 << 20, ANY, ANY, ANY), ENOSYS },
};

/* What the program was seen to call, or its libc has in it. */
static const long needed[] = {
	SYS_brk, SYS_clock_gettime, SYS_close, SYS_connect, SYS_exit,
	SYS_exit_group, SYS_fstat, SYS_futex, SYS_getdents64,
	SYS_getrandom, SYS_getsockname, SYS_getsockopt, SYS_gettimeofday,
	SYS_lseek, SYS_madvise, SYS_membarrier, SYS_mremap, SYS_munmap,
	SYS_newfstatat, SYS_pipe2, SYS_ppoll, SYS_pread64, SYS_read, SYS_readv,
	SYS_recvfrom, SYS_recvmsg, SYS_restart_syscall, SYS_rt_sigaction,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sendmsg, SYS_sendto,
	SYS_set_robust_list, SYS_set_tid_address, SYS_setsockopt, SYS_write,
	SYS_writev,
#ifdef SYS_poll
	SYS_pipe, SYS_poll, SYS_stat,
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
		got = judge_call(calls[i].nr, calls[i].a0, calls[i].a1,
		    calls[i].a2);
		check(got == calls[i].expected, "%s: %s instead of %s",
		    calls[i].name, strerror(got),
		    strerror(calls[i].expected));
	}
}

/* The upper halves of arguments that the kernel takes as int say nothing. */
static void
test_halves(void **state)
{
	static const uint64_t above = UINT64_C(0xdeadbeef) << 32;

	(void)state;
	assert_int_equal(judge_call(SYS_openat, ANY, ANY, above), ALLOWED);
	assert_int_equal(judge_call(SYS_openat, ANY, ANY, above | O_RDWR),
	    EPERM);
	assert_int_equal(judge_call(SYS_socket, above | AF_INET,
	    above | SOCK_STREAM, above), ALLOWED);
	assert_int_equal(judge_call(SYS_socket, above | AF_UNIX,
	    above | SOCK_STREAM, above), EPERM);
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
		if (filter[at].code == SECCOMP_IF_EQUAL)
			assert_true(at + 1 + filter[at].jump_true < count &&
			    at + 1 + filter[at].jump_false < count);
}

/* 0, or errno of a system call. */
static int
try(long result)
{
	return result == -1 ? errno : 0;
}

#define REFUSED	255
#define TRY(...)	#__VA_ARGS__, try(syscall(__VA_ARGS__))

/* In the sandbox; the exit status of a child. */
static int
make_calls(void)
{
	static const char *const argv[] = { "/bin/true", NULL };
	char c;
	const struct {
		const char	*call;
		int		 got, expected;
	} tries[] = {
		{ TRY(SYS_execve, *argv, argv, NULL), EPERM },
		{ TRY(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L), EPERM },
		{ TRY(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY), EPERM },
		{ TRY(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY), 0 },
		{ TRY(SYS_openat, AT_FDCWD, "/dev/null/x", 0), ENOTDIR },
		{ TRY(SYS_socket, AF_UNIX, SOCK_STREAM, 0), EPERM },
		{ TRY(SYS_socket, AF_INET, SOCK_DGRAM, 0), 0 },
		{ TRY(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_EXEC),
		    (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L), EPERM },
		{ TRY(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_WRITE),
		    (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L), 0 },
		{ TRY(SYS_ptrace, 0L, 0L, 0L, 0L), EPERM },
		{ TRY(SYS_kill, (long)getppid(), SIGKILL), EPERM },
		{ TRY(SYS_setuid, 0L), ENOSYS },
		{ TRY(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L), ENOSYS },
		{ TRY(SYS_getrandom, &c, 1L, 0L), 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(tries); i++) {
		if (tries[i].got == tries[i].expected)
			continue;
		fprintf(stderr, "%s: %s\n", tries[i].call,
		    strerror(tries[i].got));
		return 1;
	}
	return 0;
}

static void
test_kernel(void **state)
{
	const char *preloaded = getenv("LD_PRELOAD");
	struct fault f;
	int status;
	pid_t pid;

	(void)state;
	/* Valgrind dies of an execve that fails. */
	if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL)
		skip();
	assert_true((pid = fork()) != -1);
	if (pid == 0)
		_exit(sandbox_install(&f) == STATUS_OK ? make_calls() :
		    REFUSED);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check(WIFEXITED(status), "killed by signal %d", WTERMSIG(status));
	/* A kernel or a container without it. */
	if (WEXITSTATUS(status) == REFUSED)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
set_up(void **state)
{
	(void)state;
	filter = sandbox_filter(&count);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_other_ways_in),
		cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_kernel),
	};

	/* An architecture that has no filter. */
	sandbox_filter(&count);
	if (count == 0)
		return 77;
	return cmocka_run_group_tests(tests, set_up, NULL);
}
