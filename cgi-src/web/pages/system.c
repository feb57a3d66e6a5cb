/* SPDX-License-Identifier: Apache-2.0
 *
 * System: does the public address lead here? And what answers that question when it does.
 */
#include "domain/selftest.h"
#include "platform/clock.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define PAUSE_MS 5000 /* of each worker: a button is no way to make us call ourselves all day */

static void set_step(struct ctx *c, const struct selftest *test, enum selftest_step step)
{
	static const char *const states[] = {
		[SELFTEST_UNKNOWN] = "unknown", [SELFTEST_GOOD] = "ok", [SELFTEST_BAD] = "bad"};
	struct view_node *item = view_append(view_child(c->root, "Steps"));

	view_text(item, "Label", say(c, selftest_label(step), NULL));
	view_text(item, "State", states[test->steps[step].state]);
	if (test->steps[step].state != SELFTEST_BAD)
		return;
	if (test->steps[step].seen[0])
		view_text(item, "Seen", test->steps[step].seen);
	view_text(item, "Fix", say(c, test->steps[step].fix, NULL));
}

static enum rc show(struct ctx *c, const struct selftest *test, bool too_soon)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	view_text(c->root, "System.Origin", c->app->cfg->public_origin);
	page_url(c->root, "Form.Url", "/system");
	view_flag(c->root, "System.TooSoon", too_soon);
	if (test) {
		view_text(c->root, "System.Result", test->good ? "ok" : "bad");
		for (int i = 0; i < SELFTEST__MAX; i++)
			set_step(c, test, (enum selftest_step)i);
	}
	if (too_soon)
		page_retry_after(c, PAUSE_MS / 1000);
	return page_send(c, "system", too_soon ? 429 : 200);
}

enum rc page_system(struct ctx *c)
{
	return show(c, NULL, false);
}

enum rc page_system_post(struct ctx *c)
{
	static int64_t next_ms; /* of this worker, which does one thing at a time */
	struct selftest test;
	enum rc rc;

	if (clock_mono_ms() < next_ms)
		return show(c, NULL, true);
	rc = selftest_run(c->core, &test);
	next_ms = clock_mono_ms() + PAUSE_MS;
	return rc == RC_OK ? show(c, &test, false) : rc;
}

/* Query: nonce. For nobody but ourselves. */
enum rc page_self_test(struct ctx *c)
{
	struct selftest_seen seen = {c->req.https, c->req.host, c->req.path};

	c->resp.content_type = "text/plain; charset=utf-8";
	return selftest_answer(c->core, req_query(&c->req, "nonce"), &seen, &c->resp.body);
}
