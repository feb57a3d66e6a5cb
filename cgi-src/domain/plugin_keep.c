/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping imported plugins: a folder each, made beside its place and then put there in one step, so that programs which
 * read meanwhile find the old one or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/plugin.h"
#include "platform/buf.h"
#include "platform/log.h"
#include "platform/yamlr.h"

struct keeping {
	char org[PATH_MAX], place[PATH_MAX],
		made[PATH_MAX]; /* import_dir/ORG, …/NAME, …/.NAME.new */
	int from_fd;
	bool changed;
};

static enum rc failed(const char *path)
{
	log_error("plugin.keep", "path", path, "error", strerror(errno));
	return RC_UNAVAILABLE;
}

static bool join(char *out, size_t size, const char *dir, const char *before, const char *name,
	const char *after)
{
	int n = snprintf(out, size, "%s/%s%s%s", dir, before, name, after);

	errno = ENAMETOOLONG;
	return n > 0 && (size_t)n < size;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)at;
	return type == FTW_DP ? rmdir(path) : unlink(path);
}

/* False only when something is there and stays. */
static bool remove_tree(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || access(path, F_OK) != 0;
}

static bool make_folder(const char *path)
{
	return mkdir(path, 0755) == 0 || errno == EEXIST;
}

/* The folders of made/path. */
static bool make_parents(char *path, size_t from)
{
	for (char *p = path + from; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (!make_folder(path))
			return false;
		*p = '/';
	}
	return true;
}

static bool write_file(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	size_t done = 0;
	bool good;

	while (fd >= 0 && done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	good = fd >= 0 && done == text->len && fsync(fd) == 0;
	if (fd >= 0)
		good = close(fd) == 0 && good;
	return good;
}

static bool is_same(const char *path, const struct buf *text)
{
	struct buf there;
	bool same;

	buf_init(&there, YAMLR_SIZE_MAX);
	same = buf_load(&there, path) == RC_OK && there.len == text->len &&
	       (text->len == 0 || memcmp(there.data, text->data, text->len) == 0);
	buf_release(&there);
	return same;
}

/* The plugin was read a moment ago, but is not ours: what was a file may be a link now. */
static enum rc load_beneath(int dir_fd, const char *path, struct buf *out)
{
	int fd = plugin_open_beneath(dir_fd, path);
	struct stat st;
	bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	char chunk[4096];
	ssize_t n = 1;

	while (good && n != 0 && buf_done(out) == RC_OK) {
		n = read(fd, chunk, sizeof(chunk));
		good = n >= 0 || errno == EINTR;
		buf_add(out, chunk, n > 0 ? (size_t)n : 0);
	}
	if (fd >= 0)
		close(fd);
	return good ? buf_done(out) : failed(path);
}

static enum rc copy_file(struct keeping *k, const char *path)
{
	char to[PATH_MAX], there[PATH_MAX];
	struct buf text;
	enum rc rc;

	if (!join(to, sizeof(to), k->made, "", path, "") ||
		!join(there, sizeof(there), k->place, "", path, ""))
		return failed(path);
	buf_init(&text, YAMLR_SIZE_MAX);
	rc = load_beneath(k->from_fd, path, &text);
	if (rc == RC_OK && (!make_parents(to, strlen(k->made) + 1) || !write_file(to, &text)))
		rc = failed(to);
	k->changed |= rc == RC_OK && !is_same(there, &text);
	buf_release(&text);
	return rc == RC_OK ? RC_OK : RC_UNAVAILABLE;
}

static enum rc find_place(const struct plugin *plugin, const char *import_dir, struct keeping *out)
{
	if (!join(out->org, sizeof(out->org), import_dir, "", plugin->org, "") ||
		!join(out->place, sizeof(out->place), out->org, "", plugin->name, "") ||
		!join(out->made, sizeof(out->made), out->org, ".", plugin->name, ".new"))
		return failed(import_dir);
	return RC_OK;
}

/* The new one in the place of the old; the old one is then where the new one was made. */
static enum rc put_in_place(const struct keeping *k, enum plugin_kept *out)
{
	*out = PLUGIN_NEW;
	if (renameat2(AT_FDCWD, k->made, AT_FDCWD, k->place, RENAME_NOREPLACE) == 0)
		return RC_OK;
	*out = PLUGIN_REPLACED;
	if (errno == EEXIST &&
		renameat2(AT_FDCWD, k->made, AT_FDCWD, k->place, RENAME_EXCHANGE) == 0)
		return RC_OK;
	return failed(k->place);
}

enum rc plugin_keep(
	const struct plugin *plugin, const char *dir, const char *import_dir, enum plugin_kept *out)
{
	struct keeping k = {.from_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	enum rc rc = k.from_fd < 0 ? failed(dir) : find_place(plugin, import_dir, &k);

	if (rc == RC_OK && (!make_folder(import_dir) || !make_folder(k.org) ||
				   !remove_tree(k.made) || !make_folder(k.made)))
		rc = failed(k.made);
	if (rc == RC_OK)
		rc = copy_file(&k, "manifest.yaml");
	for (size_t i = 0; rc == RC_OK && i < plugin->n; i++)
		rc = copy_file(&k, plugin->documents[i].path);
	*out = PLUGIN_UNCHANGED;
	if (rc == RC_OK && k.changed)
		rc = put_in_place(&k, out);
	if (k.made[0] != '\0' && !remove_tree(k.made))
		rc = failed(k.made);
	if (k.from_fd >= 0)
		close(k.from_fd);
	return rc;
}

enum rc plugin_drop(const struct plugin *plugin, const char *import_dir, bool *out)
{
	struct keeping k = {.from_fd = -1};
	enum rc rc = find_place(plugin, import_dir, &k);

	*out = rc == RC_OK && access(k.place, F_OK) == 0;
	if (*out && (!remove_tree(k.made) || rename(k.place, k.made) != 0 || !remove_tree(k.made)))
		rc = failed(k.place);
	return rc;
}
