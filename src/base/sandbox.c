#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/log.h"
#include "base/sandbox.h"

#if defined(__x86_64__) && defined(__LP64__)
#define ARCH	SECCOMP_X86_64
#elif defined(__aarch64__) && defined(__LP64__) && !defined(WORDS_BIGENDIAN)
#define ARCH	SECCOMP_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	SECCOMP_RISCV64
#endif

#ifdef ARCH

/* Where a filter finds things; of an argument, the lower half. */
#define ARCH_AT		4
#define NR_AT		0
#define ARG_AT(n)	(16 + 8 * (n))

#define LOAD(at)		{ SECCOMP_LOAD, 0, 0, at }
#define MASK(bits)		{ SECCOMP_AND, 0, 0, (uint32_t)(bits) }
#define RETURN(action)		{ SECCOMP_RETURN, 0, 0, action }
/* These go on with the next instruction, or skip so many. */
#define IF_EQUAL(k, skip)	{ SECCOMP_IF_EQUAL, 0, skip, (uint32_t)(k) }
#define UNLESS_EQUAL(k, skip)	{ SECCOMP_IF_EQUAL, skip, 0, (uint32_t)(k) }

#define DENIED		SECCOMP_ERRNO(EPERM)
/* As an older kernel would say it: a libc then takes the older call. */
#define UNKNOWN		SECCOMP_ERRNO(ENOSYS)

/*
 * The lines of the table.  Each begins and ends with the call's number loaded,
 * and the first one that applies decides.
 */
#define ALLOW(nr)							\
	IF_EQUAL(nr, 1),						\
	RETURN(SECCOMP_ALLOW)
#define DENY(nr)							\
	IF_EQUAL(nr, 1),						\
	RETURN(DENIED)
/* If (argument & bits) == value. */
#define ALLOW_IF(nr, arg, bits, value)					\
	IF_EQUAL(nr, 5),						\
	LOAD(ARG_AT(arg)),						\
	MASK(bits),							\
	IF_EQUAL(value, 1),						\
	RETURN(SECCOMP_ALLOW),						\
	LOAD(NR_AT)
#define ALLOW_SOCKET(family, type)					\
	IF_EQUAL(SYS_socket, 7),					\
	LOAD(ARG_AT(0)),						\
	IF_EQUAL(family, 4),						\
	LOAD(ARG_AT(1)),						\
	MASK(~(SOCK_CLOEXEC | SOCK_NONBLOCK)),				\
	IF_EQUAL(type, 1),						\
	RETURN(SECCOMP_ALLOW),						\
	LOAD(NR_AT)

#define WHOLE		0xffffffff
#define FOR_WRITING	(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define NEW_NAMESPACES	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |	\
			 CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |	\
			 CLONE_NEWNET)

/*
 * What the program, musl and mbedTLS call, and what they or another version of
 * them may call instead for the same end; an architecture lacks those that
 * have a successor.  Files of any name are read: /etc/resolv.conf, /etc/hosts,
 * certificates, a token file anew.
 */
static const struct seccomp_insn filter[] = {
	/* A process may call the kernel by another architecture's numbers too.
	 * (Those of x32 have a bit that none of these has.) */
	LOAD(ARCH_AT),
	UNLESS_EQUAL(ARCH, 1),
	RETURN(UNKNOWN),
	LOAD(NR_AT),

	/* Descriptors. */
	ALLOW(SYS_read),
	ALLOW(SYS_write),
	ALLOW(SYS_readv),
	ALLOW(SYS_writev),
	ALLOW(SYS_pread64),
	ALLOW(SYS_preadv),
	ALLOW(SYS_lseek),
	ALLOW(SYS_close),
	ALLOW(SYS_dup),
	ALLOW(SYS_dup3),
	ALLOW(SYS_pipe2),
	ALLOW(SYS_eventfd2),
	ALLOW(SYS_ppoll),
	ALLOW(SYS_pselect6),
#ifdef SYS_poll
	ALLOW(SYS_poll),
	ALLOW(SYS_select),
	ALLOW(SYS_dup2),
	ALLOW(SYS_pipe),
#endif

	/* Not F_SETOWN and F_SETSIG: input would send any signal to anyone. */
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_GETFL),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_SETFL),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_GETFD),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_SETFD),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_DUPFD),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_DUPFD_CLOEXEC),
	DENY(SYS_fcntl),

	/* The network, as one who calls. */
	ALLOW_SOCKET(AF_INET, SOCK_STREAM),
	ALLOW_SOCKET(AF_INET, SOCK_DGRAM),
	ALLOW_SOCKET(AF_INET6, SOCK_STREAM),
	ALLOW_SOCKET(AF_INET6, SOCK_DGRAM),
	/* musl asks it for an interface's number ("nameserver fe80::1%eth0").
	 * Services that obey whoever connects listen on streams. */
	ALLOW_SOCKET(AF_UNIX, SOCK_DGRAM),
	DENY(SYS_socket),
	ALLOW(SYS_connect),
	ALLOW(SYS_bind),		/* the resolver, to any port */
	ALLOW(SYS_sendto),
	ALLOW(SYS_sendmsg),
	ALLOW(SYS_sendmmsg),
	ALLOW(SYS_recvfrom),
	ALLOW(SYS_recvmsg),
	ALLOW(SYS_recvmmsg),
	ALLOW(SYS_getsockname),
	ALLOW(SYS_getpeername),
	ALLOW(SYS_setsockopt),
	ALLOW(SYS_getsockopt),
	ALLOW(SYS_shutdown),

	/* Files. */
	ALLOW_IF(SYS_openat, 2, FOR_WRITING, 0),
	DENY(SYS_openat),
#ifdef SYS_open
	ALLOW_IF(SYS_open, 1, FOR_WRITING, 0),
	DENY(SYS_open),
	ALLOW(SYS_stat),
	ALLOW(SYS_lstat),
	ALLOW(SYS_access),
	ALLOW(SYS_readlink),
#endif
	ALLOW(SYS_fstat),
	ALLOW(SYS_newfstatat),
	ALLOW(SYS_statx),
	ALLOW(SYS_faccessat),
	ALLOW(SYS_readlinkat),
	ALLOW(SYS_getdents64),

	/* Terminals: their size, whether it is one; and interfaces, as above.
	 * Not TIOCSTI, which types. */
	ALLOW_IF(SYS_ioctl, 1, WHOLE, TIOCGWINSZ),
	ALLOW_IF(SYS_ioctl, 1, WHOLE, TCGETS),
	ALLOW_IF(SYS_ioctl, 1, WHOLE, SIOCGIFINDEX),
	DENY(SYS_ioctl),

	/* Memory. */
	ALLOW_IF(SYS_mmap, 2, PROT_EXEC, 0),
	DENY(SYS_mmap),
	ALLOW_IF(SYS_mprotect, 2, PROT_EXEC, 0),
	DENY(SYS_mprotect),
	ALLOW(SYS_munmap),
	ALLOW(SYS_mremap),
	ALLOW(SYS_madvise),
	ALLOW(SYS_brk),

	/* Threads. */
	ALLOW_IF(SYS_clone, 0, CLONE_THREAD | NEW_NAMESPACES, CLONE_THREAD),
	DENY(SYS_clone),
	ALLOW(SYS_futex),
	ALLOW(SYS_membarrier),
	ALLOW(SYS_set_tid_address),
	ALLOW(SYS_set_robust_list),
	ALLOW(SYS_get_robust_list),
	ALLOW(SYS_sched_yield),
	ALLOW(SYS_gettid),
	ALLOW(SYS_getpid),
	ALLOW(SYS_getppid),		/* base/interrupt */
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),

	/* Signals.  The only one to be sent is that of abort(). */
	ALLOW(SYS_rt_sigreturn),
	ALLOW(SYS_rt_sigaction),
	ALLOW(SYS_rt_sigprocmask),
	ALLOW(SYS_sigaltstack),
	ALLOW(SYS_restart_syscall),
	ALLOW_IF(SYS_tkill, 1, WHOLE, SIGABRT),
	DENY(SYS_tkill),
	ALLOW_IF(SYS_tgkill, 2, WHOLE, SIGABRT),
	DENY(SYS_tgkill),
	DENY(SYS_kill),

	/* Time, where the vDSO has none, and random numbers. */
	ALLOW(SYS_clock_gettime),
	ALLOW(SYS_clock_getres),
	ALLOW(SYS_clock_nanosleep),
	ALLOW(SYS_gettimeofday),
	ALLOW(SYS_nanosleep),
#ifdef SYS_time
	ALLOW(SYS_time),
#endif
	ALLOW(SYS_getrandom),

	/* Nothing probes for these. */
	DENY(SYS_execve),
	DENY(SYS_execveat),
#ifdef SYS_fork
	DENY(SYS_fork),
	DENY(SYS_vfork),
#endif
	DENY(SYS_ptrace),
	DENY(SYS_process_vm_readv),
	DENY(SYS_process_vm_writev),

	RETURN(UNKNOWN),
};

#define FILTER_COUNT	(sizeof filter / sizeof filter[0])

#else

#define filter		NULL
#define FILTER_COUNT	0

#endif

const struct seccomp_insn *
sandbox_filter(size_t *count)
{
	*count = FILTER_COUNT;
	return filter;
}

enum status
sandbox_install(struct fault *f)
{
	struct seccomp_program program = {
		.count = FILTER_COUNT,
		.insns = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1)
		return fault_set(f, STATUS_FAILED, "PR_SET_NO_NEW_PRIVS: %s",
		    strerror(errno));
	if (FILTER_COUNT == 0)
		return fault_set(f, STATUS_FAILED, "no filter for this "
		    "architecture; no new privileges all the same");
	if (prctl(PR_SET_SECCOMP, (unsigned long)SECCOMP_FILTER_MODE,
	    &program) == -1)
		return fault_set(f, STATUS_FAILED, "PR_SET_SECCOMP: %s",
		    strerror(errno));
	return STATUS_OK;
}

void
sandbox_enter(void)
{
#ifdef USE_SANDBOX
	struct fault f;

	if (sandbox_install(&f) == STATUS_OK)
		log_debug("sandbox: no new privileges, system calls are "
		    "filtered");
	else
		log_debug("sandbox: not complete: %s", f.text);
#else
	log_debug("sandbox: off, this is not the static program");
#endif
}
