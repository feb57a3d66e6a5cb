/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/confine.h"

#ifdef GRANTRY_UNCONFINED

enum rc confine_self(void)
{
	return RC_OK;
}

bool confine_works(void)
{
	return false;
}

#else

#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

bool confine_works(void)
{
	return true;
}

/* With "arg & mask == value" for each argument that is given. */
struct rule {
	int call;
	unsigned n;
	struct scmp_arg_cmp args[2];
};

#define RULE(name, ...)                                                                            \
	{                                                                                          \
		.call = SCMP_SYS(name),                                                            \
		.n = sizeof((struct scmp_arg_cmp[]){__VA_ARGS__}) / sizeof(struct scmp_arg_cmp),   \
		.args = {                                                                          \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ANY(name)                                                                                  \
	{                                                                                          \
		.call = SCMP_SYS(name)                                                             \
	}

/* 32 bits, for the kernel looks at no more of a descriptor, and a caller may leave rubbish above. */
#define IS(argument, value) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, 0xffffffff, value)
#define WITH(argument, flag) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, flag, flag)
#define WITHOUT(argument, flag) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, flag, 0)

static bool add_rules(scmp_filter_ctx filter)
{
	const struct rule rules[] = {
		RULE(read, IS(0, STDIN_FILENO)),
		RULE(write, IS(0, STDOUT_FILENO)),
		RULE(write, IS(0, STDERR_FILENO)),
		/* Memory, never of a file and never to be executed. */
		RULE(mmap, WITH(3, MAP_ANONYMOUS), WITHOUT(2, PROT_EXEC)),
		RULE(mprotect, WITHOUT(2, PROT_EXEC)),
		ANY(brk),
		ANY(mremap),
		ANY(munmap),
		ANY(madvise),
		/* qsort asks how much memory there is; the log, where no vdso has it, for the time. */
		ANY(sysinfo),
		ANY(clock_gettime),
		ANY(exit_group),
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (seccomp_rule_add_array(
			    filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].n, rules[i].args))
			return false;
	return true;
}

static bool set_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool set;

	if (!filter)
		return false;
	/* PR_SET_NO_NEW_PRIVS is libseccomp's default. */
	set = add_rules(filter) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return set;
}

enum rc confine_self(void)
{
	const struct rlimit none = {0, 0}, three = {STDERR_FILENO + 1, STDERR_FILENO + 1};

	/* What the filter forbids anyway, for a kernel that does not keep to it. */
	if (close_range(STDERR_FILENO + 1, ~0U, 0) || setrlimit(RLIMIT_NOFILE, &three) ||
		setrlimit(RLIMIT_NPROC, &none) || setrlimit(RLIMIT_CORE, &none) ||
		prctl(PR_SET_DUMPABLE, 0))
		return RC_INTERNAL;
	return set_filter() ? RC_OK : RC_INTERNAL;
}

#endif
