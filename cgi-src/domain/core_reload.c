/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading provider files anew under a running program.
 */
#include <string.h>

#include "domain/core.h"
#include "platform/log.h"

/* Of the errors the first whose file, or whose plugin, is one that p came from. */
static const struct provider_error *error_about(
	const struct catalogue *fresh, const struct provider *p)
{
	static const char manifest[] = "manifest.yaml";
	const size_t tail = sizeof(manifest) - 1;

	for (size_t i = 0; i < catalogue_error_count(fresh); i++) {
		const struct provider_error *e = catalogue_error_at(fresh, i);
		size_t len = strlen(e->file);

		if (strcmp(e->file, p->file) == 0)
			return e;
		if (p->imported && len > tail && strcmp(e->file + len - tail, manifest) == 0 &&
			strncmp(e->file, p->file, len - tail) == 0)
			return e;
	}
	return NULL;
}

static bool takes_away(const struct catalogue *running, const struct catalogue *fresh)
{
	for (size_t i = 0; i < catalogue_count(running); i++) {
		const struct provider *p = catalogue_at(running, i);
		const struct provider *now = catalogue_find(fresh, p->id);
		bool there = now && now->imported == p->imported;
		const struct provider_error *e = there ? NULL : error_about(fresh, p);

		if (!e)
			continue;
		log_error(
			"catalogue.kept", "provider", p->id, "file", e->file, "reason", e->reason);
		return true;
	}
	return false;
}

static void log_changes(const struct catalogue *running, const struct catalogue *fresh)
{
	for (size_t i = 0; i < catalogue_count(running); i++)
		if (!catalogue_find(fresh, catalogue_at(running, i)->id))
			log_info("catalogue.removed", "provider", catalogue_at(running, i)->id);
	for (size_t i = 0; i < catalogue_count(fresh); i++) {
		const struct provider *p = catalogue_at(fresh, i);
		const struct provider *before = catalogue_find(running, p->id);

		if (!before)
			log_info("catalogue.added", "provider", p->id, "file", p->file);
		else if (before->fingerprint != p->fingerprint)
			log_info("catalogue.changed", "provider", p->id, "file", p->file);
	}
}

enum rc core_catalogue_again(
	const struct cfg *cfg, const struct catalogue *running, struct catalogue **out)
{
	enum rc rc = core_catalogue(cfg, out);

	if (rc != RC_OK) {
		log_error("catalogue.kept", "path", cfg->provider_dir, "rc", rc_name(rc));
		return rc;
	}
	if (takes_away(running, *out)) {
		catalogue_free(*out);
		*out = NULL;
		return RC_CONFLICT;
	}
	log_changes(running, *out);
	log_info("catalogue.reloaded");
	return RC_OK;
}
