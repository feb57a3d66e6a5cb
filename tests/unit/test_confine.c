/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/confine.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* --- what a confined process may do --- */

static int reads_and_writes(void)
{
	char bytes[8];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	return n == 5 && write(STDOUT_FILENO, bytes, 5) == 5 && write(STDERR_FILENO, "", 0) == 0;
}

static int takes_memory(void)
{
	char *blocks[64];

	for (size_t i = 0; i < 64; i++) {
		blocks[i] = malloc((size_t)1000 << (i % 16));
		if (!blocks[i])
			return 0;
		memset(blocks[i], 1, (size_t)1000 << (i % 16));
	}
	for (size_t i = 0; i < 64; i++) {
		blocks[i] = realloc(blocks[i], (size_t)3000 << (i % 16));
		if (!blocks[i])
			return 0;
	}
	for (size_t i = 0; i < 64; i++)
		free(blocks[i]);
	return 1;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The library's sort takes memory, and asks first how much there is. */
static int sorts(void)
{
	static int numbers[100000];

	for (int i = 0; i < 100000; i++)
		numbers[i] = i * 7919 % 100003;
	qsort(numbers, 100000, sizeof(*numbers), compare);
	return numbers[0] == 0 && numbers[1] == 1;
}

static int tells_the_time(void)
{
	struct timespec now;

	return syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) == 0;
}

static int prints_with_a_buffer(void)
{
	return fprintf(stdout, "%s\n", "hello") == 6 && fflush(stdout) == 0;
}

/* --- what it may not --- */

static int opens_a_file(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static int makes_a_file(void)
{
	return openat(AT_FDCWD, "confined", O_CREAT | O_WRONLY, 0600) >= 0;
}

static int asks_for_a_file(void)
{
	struct stat st;

	return stat("/etc/passwd", &st) == 0;
}

static int makes_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static int makes_a_local_socket(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}

static int forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static int runs_a_program(void)
{
	char *argv[] = {"/bin/true", NULL}, *envp[] = {NULL};

	return execve(argv[0], argv, envp);
}

static int kills(void)
{
	return kill(getppid(), 0) == 0;
}

static int traces(void)
{
	return syscall(SYS_ptrace, 0, 0, 0, 0) == 0;
}

static int reads_another_descriptor(void)
{
	char c;

	return read(STDERR_FILENO, &c, 1) >= 0;
}

static int writes_to_its_input(void)
{
	return write(STDIN_FILENO, "x", 1) >= 0;
}

static int maps_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0) != MAP_FAILED;
}

static int maps_a_file(void)
{
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0) != MAP_FAILED;
}

static int makes_memory_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static int becomes_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1) == 0;
}

static int sends_a_message(void)
{
	return send(STDIN_FILENO, "x", 1, 0) >= 0;
}

static int closes_descriptors(void)
{
	return close_range(3, ~0U, 0) == 0;
}

/* --- running them --- */

static char buffer[BUFSIZ];

static int status_of(int (*act)(void))
{
	int input[2], status = 0;
	pid_t pid;

	CHECK(pipe(input) == 0);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(input[0], STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
		if (confine_self() != RC_OK)
			_exit(2);
		_exit(act() ? 0 : 1);
	}
	CHECK_INT(write(input[1], "hello", 5), 5);
	close(input[0]);
	close(input[1]);
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

#define N(array) (sizeof(array) / sizeof(*(array)))

static void what_an_import_needs_is_allowed(void)
{
	static int (*const acts[])(void) = {
		reads_and_writes, takes_memory, sorts, tells_the_time, prints_with_a_buffer};

	for (size_t i = 0; i < N(acts); i++)
		CHECK_INT(status_of(acts[i]), 0);
}

static void everything_else_ends_the_process(void)
{
	static const struct {
		const char *name;
		int (*act)(void);
	} acts[] = {
		{"open", opens_a_file},
		{"create", makes_a_file},
		{"stat", asks_for_a_file},
		{"socket", makes_a_socket},
		{"socketpair", makes_a_local_socket},
		{"fork", forks},
		{"execve", runs_a_program},
		{"kill", kills},
		{"ptrace", traces},
		{"read of another descriptor", reads_another_descriptor},
		{"write to the input", writes_to_its_input},
		{"mmap of code", maps_code},
		{"mmap of a file", maps_a_file},
		{"mprotect to code", makes_memory_code},
		{"prctl", becomes_dumpable},
		{"sendto", sends_a_message},
		{"close_range", closes_descriptors},
	};

	for (size_t i = 0; i < N(acts) && confine_works(); i++) {
		int status = status_of(acts[i].act);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
			printf("# %s: status %x\n", acts[i].name, (unsigned)status);
			check_failed_here = 1;
		}
	}
}

int main(void)
{
	RUN(what_an_import_needs_is_allowed);
	RUN(everything_else_ends_the_process);
	return CHECK_DONE;
}
