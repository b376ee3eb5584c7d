/* SPDX-License-Identifier: ISC */
/*
 * The part of Linux's interface to system call filters that the sandbox uses
 * (linux/seccomp.h, linux/filter.h, linux/audit.h, linux/elf-em.h).  Those
 * headers come with a kernel, not with musl, and the values never change; the
 * tests compare them with the real ones.
 */
#ifndef BASE_SECCOMP_H
#define BASE_SECCOMP_H

#include <stdint.h>

/* struct sock_filter: one instruction of classic BPF. */
struct seccomp_insn {
	uint16_t code;
	uint8_t jump_true, jump_false; /* instructions to skip */
	uint32_t k;
};

/* struct sock_fprog, what prctl(PR_SET_SECCOMP) takes. */
struct seccomp_program {
	unsigned short count;
	const struct seccomp_insn *insns;
};

/* struct seccomp_data: what a filter sees of a system call. */
struct seccomp_call {
	int32_t nr;
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t args[6];
};

#define SECCOMP_FILTER_MODE 2 /* SECCOMP_MODE_FILTER */

/* BPF_LD | BPF_W | BPF_ABS, and so on. */
#define SECCOMP_LOAD        0x20 /* A = word at k of the call */
#define SECCOMP_AND         0x54 /* A &= k */
#define SECCOMP_IF_EQUAL    0x15 /* if (A == k) */
#define SECCOMP_IF_AT_LEAST 0x35 /* if (A >= k), unsigned */
#define SECCOMP_RETURN      0x06 /* return k */

#define SECCOMP_ALLOW    0x7fff0000U
#define SECCOMP_ERRNO(e) (0x00050000U | (uint32_t)(e))

/* AUDIT_ARCH_*: the ELF machine, 64 bits, little endian. */
#define SECCOMP_ARCH(machine) (0xc0000000U | (machine))
#define SECCOMP_X86_64        SECCOMP_ARCH(62)
#define SECCOMP_AARCH64       SECCOMP_ARCH(183)
#define SECCOMP_RISCV64       SECCOMP_ARCH(243)

#endif
