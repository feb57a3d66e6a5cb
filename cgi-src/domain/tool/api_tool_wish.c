/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person wants an API tool to be: may it be kept, and which secrets go with it?
 */
#include <stdio.h>
#include <string.h>

#include "domain/form.h"
#include "domain/message.h"
#include "domain/tool/api_tool_int.h"
#include "platform/text.h"

static enum rc refuse(struct api_tool_wish *wish, const char *field, const char *reason)
{
	TEXT_COPY(wish->problem.field, field);
	wish->problem.reason = reason;
	return RC_INVALID;
}

/* ---- texts ---- */

static const char *name_reason(const char *name)
{
	struct uuid id;

	if (!text_is_line(name, strlen(name), API_TOOL_NAME_CHARS))
		return MESSAGE("api_tool.problem.name");
	/* whoever names a tool may name its id instead */
	return uuid_parse(name, &id) == RC_OK ? MESSAGE("api_tool.problem.name_id") : NULL;
}

static const char *icon_reason(const struct api_icon *icon)
{
	static const char ground[] =
		"#-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool good = !icon->content[0] || text_is_line(icon->content, strlen(icon->content), 4);

	return good && icon->background[strspn(icon->background, ground)] == '\0'
		       ? NULL
		       : MESSAGE("api_tool.problem.icon");
}

static const char *text_reason(const char *text)
{
	size_t chars;

	return strlen(text) > API_TOOL_TEXT_BYTES ||
			       text_utf8_chars(text, strlen(text), &chars) != RC_OK
		       ? MESSAGE("api_tool.problem.long")
		       : NULL;
}

static const char *privacy_reason(const char *text)
{
	struct url url;

	if (!text[0])
		return NULL;
	return strlen(text) <= API_TOOL_PRIVACY_CHARS &&
			       url_parse(text, URL_HTTPS_ONLY, &url) == RC_OK
		       ? NULL
		       : MESSAGE("api_tool.problem.privacy");
}

/* Words with single spaces between them. */
static const char *labels_reason(const char *labels)
{
	size_t chars;

	if (!labels[0])
		return NULL;
	if (!text_is_line(labels, strlen(labels), API_TOOL_LABELS_CHARS))
		return MESSAGE("api_tool.problem.labels");
	while (*labels) {
		size_t len = strcspn(labels, " ");

		if (len == 0 || text_utf8_chars(labels, len, &chars) != RC_OK ||
			chars > API_TOOL_LABEL_CHARS)
			return MESSAGE("api_tool.problem.labels");
		labels += len;
		labels += *labels == ' ';
	}
	return NULL;
}

/* ---- all but the secrets ---- */

static jsonv *member(jsonv *v, const char *pointer)
{
	jsonv *found = NULL;

	return jsonr_pointer(v, pointer, &found) ? found : NULL;
}

static enum rc check_settings(const struct core *core, struct api_tool_wish *wish, jsonv *head)
{
	enum rc rc = tool_settings_check(
		wish->settings, member(head, "/servers"), &core->cfg->egress, &wish->problem);

	if (rc != RC_OK)
		return rc;
	if (!wish->settings->server[0] && jsonr_length(member(head, "/operation_servers")) == 0)
		return refuse(wish, "server", MESSAGE("api_tool.problem.server_missing"));
	return RC_OK;
}

enum rc api_tool_wish_check(const struct core *core, struct api_tool_wish *wish, jsonv *head)
{
	const struct {
		const char *field, *reason;
	} problems[] = {
		{"name", name_reason(wish->name)},
		{"icon", icon_reason(&wish->icon)},
		{"description", text_reason(wish->description)},
		{"disclaimer", text_reason(wish->disclaimer)},
		{"privacy_policy", privacy_reason(wish->privacy_policy)},
		{"labels", labels_reason(wish->labels)},
	};

	wish->problem = (struct tool_problem){.reason = NULL};
	wish->name_taken = false;
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
		if (problems[i].reason)
			return refuse(wish, problems[i].field, problems[i].reason);
	return check_settings(core, wish, head);
}

/* ---- secrets ---- */

/* It goes into a header, a URL or a cookie as it is: no line of somebody's choice may begin in it. */
static bool may_be_sent(const struct secret *value)
{
	for (size_t i = 0; i < value->len; i++)
		if (value->bytes[i] < 0x20 || value->bytes[i] == 0x7f)
			return false;
	return value->len <= FORM_VALUE_MAX;
}

/* Is there an item that this would be of? */
static bool is_wanted(const struct tool_settings *s, const char *name)
{
	char own[TOOL_SECRET_NAME_SIZE];
	size_t n;

	for (size_t i = 0; i < s->n_auth; i++) {
		const char *const *parts = tool_secret_parts(s->auth[i].type, &n);

		for (size_t k = 0; k < n; k++) {
			tool_secret_name(&s->auth[i], parts[k], own);
			if (strcmp(own, name) == 0)
				return true;
		}
	}
	return false;
}

/* One of them: as entered, else as stored. kept: the first that was not entered. */
static enum rc take_secret(struct api_tool_wish *wish, const char *name,
	const struct fieldset *stored, struct fieldset *out, char kept[TOOL_SECRET_NAME_SIZE])
{
	const struct secret *value = fieldset_get(wish->secrets, name);

	if (value && value->len > 0) {
		if (!may_be_sent(value))
			return refuse(wish, name, MESSAGE("api_tool.problem.secret"));
		return fieldset_put(out, name, value->bytes, value->len);
	}
	value = fieldset_get(stored, name);
	if (!value || value->len == 0)
		return RC_OK; /* not entered yet: a call will say so */
	if (!kept[0])
		(void)snprintf(kept, TOOL_SECRET_NAME_SIZE, "%s", name);
	return fieldset_put(out, name, value->bytes, value->len);
}

static enum rc take_secrets(struct api_tool_wish *wish, const struct fieldset *stored,
	struct fieldset *out, char kept[TOOL_SECRET_NAME_SIZE])
{
	const struct tool_settings *s = wish->settings;
	char name[TOOL_SECRET_NAME_SIZE];
	enum rc rc = RC_OK;
	size_t n;

	kept[0] = '\0';
	for (size_t i = 0; wish->secrets && i < wish->secrets->n; i++)
		if (!is_wanted(s, wish->secrets->items[i].name))
			return refuse(wish, wish->secrets->items[i].name,
				MESSAGE("api_tool.problem.secret_unknown"));
	for (size_t i = 0; i < s->n_auth; i++) {
		const char *const *parts = tool_secret_parts(s->auth[i].type, &n);

		for (size_t k = 0; k < n && rc == RC_OK; k++) {
			tool_secret_name(&s->auth[i], parts[k], name);
			rc = take_secret(wish, name, stored, out, kept);
		}
	}
	return rc;
}

static bool has_origin(const struct tool_origins *origins, const char *origin)
{
	for (size_t i = 0; i < origins->n; i++)
		if (strcmp(origins->items[i], origin) == 0)
			return true;
	return false;
}

static enum rc put_origins(struct fieldset *out, const struct tool_origins *origins)
{
	struct buf list;
	enum rc rc;

	buf_init(&list, sizeof(*origins));
	for (size_t i = 0; i < origins->n; i++) {
		buf_puts(&list, i ? " " : "");
		buf_puts(&list, origins->items[i]);
	}
	rc = buf_done(&list);
	if (rc == RC_OK)
		rc = fieldset_put_text(out, TOOL_SECRETS_ORIGINS, buf_text(&list));
	buf_release(&list);
	return rc;
}

/* A secret that nobody entered now goes where it went before, and nowhere else: whoever may change a tool must not be
 * able to send it to a server of their choice. Where a new description leads elsewhere, it stays withheld. The same
 * holds for what people authorized (kept is empty): nobody can enter that again for them, so it has to go first. */
static enum rc keep_origins(struct api_tool_wish *wish, jsonv *head,
	const struct api_tool_before *before, const struct tool_origins *now, const char *kept,
	struct fieldset *out)
{
	const struct fieldset *stored = before->secrets;
	const struct secret *list = fieldset_get(stored, TOOL_SECRETS_ORIGINS);
	struct tool_origins old;

	tool_origins(head, before->settings, &old);
	for (size_t i = 0; i < now->n; i++)
		if (!tool_secrets_may_go(stored, now->items[i]) && !has_origin(&old, now->items[i]))
			return kept[0] ? refuse(wish, kept, FORM_ADDRESS_CHANGES)
				       : refuse(wish, "server",
						 MESSAGE("api_tool.problem.server_authorized"));
	return list ? fieldset_put(out, TOOL_SECRETS_ORIGINS, list->bytes, list->len) : RC_OK;
}

enum rc api_tool_wish_secrets(struct api_tool_wish *wish, jsonv *head,
	const struct api_tool_before *before, struct fieldset *out)
{
	char kept[TOOL_SECRET_NAME_SIZE];
	struct tool_origins now;
	enum rc rc = take_secrets(wish, before ? before->secrets : NULL, out, kept);

	if (rc != RC_OK)
		return rc;
	tool_origins(head, wish->settings, &now);
	if (before && (kept[0] || before->authorized))
		return keep_origins(wish, head, before, &now, kept, out);
	return put_origins(out, &now);
}
