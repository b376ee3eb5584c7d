/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"

#if defined(__x86_64__) && defined(__LP64__)
#define ARCH SECCOMP_X86_64
#elif defined(__aarch64__) && defined(__LP64__) && !defined(WORDS_BIGENDIAN)
#define ARCH SECCOMP_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH SECCOMP_RISCV64
#endif

#ifdef ARCH

/* Where a filter finds things; of an argument, the lower half. */
#define ARCH_AT   4
#define NR_AT     0
#define ARG_AT(n) (16 + 8 * (n))

#define LOAD(at)                       \
	{                              \
		SECCOMP_LOAD, 0, 0, at \
	}
#define MASK(bits)                                  \
	{                                           \
		SECCOMP_AND, 0, 0, (uint32_t)(bits) \
	}
#define RETURN(action)                       \
	{                                    \
		SECCOMP_RETURN, 0, 0, action \
	}
/* These go on with the next instruction, or skip so many. */
#define IF_EQUAL(k, skip)                                \
	{                                                \
		SECCOMP_IF_EQUAL, 0, skip, (uint32_t)(k) \
	}
#define IF_AT_LEAST(k, skip)                                \
	{                                                   \
		SECCOMP_IF_AT_LEAST, 0, skip, (uint32_t)(k) \
	}
#define UNLESS_EQUAL(k, skip)                            \
	{                                                \
		SECCOMP_IF_EQUAL, skip, 0, (uint32_t)(k) \
	}

#define DENIED SECCOMP_ERRNO(EPERM)
/* As an older kernel would say it: a libc then takes the older call. */
#define UNKNOWN SECCOMP_ERRNO(ENOSYS)

/*
 * The lines of the table.  Each begins and ends with the call's number loaded,
 * and the first one that applies decides.
 */
#define ALLOW(nr) IF_EQUAL(nr, 1), RETURN(SECCOMP_ALLOW)
#define DENY(nr)  IF_EQUAL(nr, 1), RETURN(DENIED)
/* If (argument & bits) == value. */
#define ALLOW_IF(nr, arg, bits, value)                                      \
	IF_EQUAL(nr, 5), LOAD(ARG_AT(arg)), MASK(bits), IF_EQUAL(value, 1), \
	    RETURN(SECCOMP_ALLOW), LOAD(NR_AT)
/* If both: one argument == value, and (another & bits) == its value. */
#define ALLOW_IF_BOTH(nr, arg, value, other, bits, its)         \
	IF_EQUAL(nr, 7), LOAD(ARG_AT(arg)), IF_EQUAL(value, 4), \
	    LOAD(ARG_AT(other)), MASK(bits), IF_EQUAL(its, 1),  \
	    RETURN(SECCOMP_ALLOW), LOAD(NR_AT)
#define ALLOW_SOCKET(family, type) \
	ALLOW_IF_BOTH(             \
	    SYS_socket, 0, family, 1, ~(SOCK_CLOEXEC | SOCK_NONBLOCK), type)
/* With an address of this family's size, and no standard descriptor. */
#define ALLOW_BIND(address)                                     \
	IF_EQUAL(SYS_bind, 6), LOAD(ARG_AT(0)),                 \
	    IF_AT_LEAST(STDERR_FILENO + 1, 3), LOAD(ARG_AT(2)), \
	    IF_EQUAL(sizeof(address), 1), RETURN(SECCOMP_ALLOW), LOAD(NR_AT)

/* Stands for the process's own ID until that is known. */
#define OWN_PID     0xffffffff
#define WHOLE       0xffffffff
#define FOR_WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define NEW_NAMESPACES                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/*
 * What the program, musl and mbedTLS call, and what they or another version of
 * them may call instead for the same end; an architecture lacks those that
 * have a successor.  Which files may be opened for reading is not told by
 * numbers; that is Landlock's part.
 */
static const struct seccomp_insn table[] = {
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
	ALLOW(SYS_fsync), /* command/journal, as the next one */
	ALLOW(SYS_ftruncate),
	ALLOW(SYS_pipe2),
	ALLOW(SYS_eventfd2),
	ALLOW(SYS_ppoll),
	ALLOW(SYS_pselect6),
#ifdef SYS_poll
	ALLOW(SYS_poll),
	ALLOW(SYS_select),
	ALLOW(SYS_pipe),
#endif

	/* Not F_SETOWN and F_SETSIG: input would send any signal to anyone.
	 * No duplicates: see SYS_bind. */
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_GETFL),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_SETFL),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_GETFD),
	ALLOW_IF(SYS_fcntl, 1, WHOLE, F_SETFD),
	DENY(SYS_fcntl),

	/* The network, as one who calls. */
	ALLOW_SOCKET(AF_INET, SOCK_STREAM),
	ALLOW_SOCKET(AF_INET, SOCK_DGRAM),
	ALLOW_SOCKET(AF_INET6, SOCK_STREAM),
	ALLOW_SOCKET(AF_INET6, SOCK_DGRAM),
	DENY(SYS_socket),
	ALLOW(SYS_connect),
	/* The resolver, to any port.  A path of the right length could pass
	 * for such an address, but no socket takes one: AF_UNIX are at most
	 * those that were handed down, as standard descriptors. */
	ALLOW_BIND(struct sockaddr_in),
	ALLOW_BIND(struct sockaddr_in6),
	DENY(SYS_bind),
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
#endif
	ALLOW(SYS_fstat),
	ALLOW(SYS_newfstatat),
	ALLOW(SYS_statx),

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
	ALLOW(SYS_getppid), /* base/interrupt */
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),

	/* Signals.  The only one to be sent is that of abort(), to oneself;
	 * where that fails, abort() crashes.  (musl's knows the thread, and
	 * the first one has the process's number.) */
	ALLOW(SYS_rt_sigreturn),
	ALLOW(SYS_rt_sigaction),
	ALLOW(SYS_rt_sigprocmask),
	ALLOW(SYS_sigaltstack),
	ALLOW(SYS_restart_syscall),
	ALLOW_IF_BOTH(SYS_tkill, 0, OWN_PID, 1, WHOLE, SIGABRT),
	DENY(SYS_tkill),
	ALLOW_IF_BOTH(SYS_tgkill, 0, OWN_PID, 2, WHOLE, SIGABRT),
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

#define FILTER_COUNT (sizeof table / sizeof table[0])

const struct seccomp_insn *
sandbox_filter(pid_t own, size_t *count)
{
	static struct seccomp_insn filter[FILTER_COUNT];
	size_t i;

	memcpy(filter, table, sizeof table);
	for (i = 0; i < FILTER_COUNT; i++)
		if (filter[i].code == SECCOMP_IF_EQUAL &&
		    filter[i].k == OWN_PID)
			filter[i].k = (uint32_t)own;
	*count = FILTER_COUNT;
	return filter;
}

#else

const struct seccomp_insn *
sandbox_filter(pid_t own, size_t *count)
{
	(void)own;
	*count = 0;
	return NULL;
}

#endif

static enum status
gain_nothing(struct fault *f)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1)
		return fault_set(f, STATUS_FAILED, "PR_SET_NO_NEW_PRIVS: %s",
		    strerror(errno));
	return STATUS_OK;
}

enum status
sandbox_limit_files(
    const struct landlock_file *files, size_t count, int *abi, struct fault *f)
{
	enum status status = gain_nothing(f);

	return status != STATUS_OK ? status
				   : landlock_restrict(files, count, abi, f);
}

enum status
sandbox_limit_calls(struct fault *f)
{
	struct seccomp_program program;
	enum status status;
	size_t count;

	program.insns = sandbox_filter(getpid(), &count);
	program.count = (unsigned short)count;
	if ((status = gain_nothing(f)) != STATUS_OK)
		return status;
	if (count == 0)
		return fault_set(f, STATUS_FAILED,
		    "no filter for this "
		    "architecture; no new privileges all the same");
	if (prctl(PR_SET_SECCOMP, (unsigned long)SECCOMP_FILTER_MODE,
		&program) == -1)
		return fault_set(
		    f, STATUS_FAILED, "PR_SET_SECCOMP: %s", strerror(errno));
	return STATUS_OK;
}

void
sandbox_enter(const struct landlock_file *files, size_t count)
{
#ifdef USE_SANDBOX
	struct fault f;
	int abi;

	/* The filter refuses the calls that the first one makes. */
	if (files == NULL)
		log_debug("sandbox: files are left within reach");
	else if (sandbox_limit_files(files, count, &abi, &f) == STATUS_OK)
		log_debug("sandbox: no files can be opened but those that are "
			  "needed (Landlock %d)",
		    abi);
	else
		log_debug(
		    "sandbox: not complete: all files can be read: %s", f.text);
	if (sandbox_limit_calls(&f) == STATUS_OK)
		log_debug("sandbox: no new privileges, system calls are "
			  "filtered");
	else
		log_debug("sandbox: not complete: %s", f.text);
#else
	(void)files;
	(void)count;
	log_debug("sandbox: off, this is not the static program");
#endif
}

#ifdef USE_SANDBOX
/*
 * In place of musl's, which its resolver calls for "nameserver fe80::1%eth0".
 * That one asks by an AF_UNIX socket, with which much else could be done; this
 * one by a socket that the filter allows.
 */
unsigned int
if_nametoindex(const char *name)
{
	struct ifreq request;
	int fd, result;

	memset(&request, 0, sizeof request);
	if (strlcpy(request.ifr_name, name, sizeof request.ifr_name) >=
		sizeof request.ifr_name ||
	    (fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return 0;
	result = ioctl(fd, SIOCGIFINDEX, &request);
	close(fd);
	return result == -1 ? 0 : (unsigned int)request.ifr_ifindex;
}
#endif
