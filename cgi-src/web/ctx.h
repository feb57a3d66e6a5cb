/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program opens once (struct app) and what one request carries (struct ctx).
 */
#ifndef GRANTRY_WEB_CTX_H
#define GRANTRY_WEB_CTX_H

#include "domain/core.h"
#include "domain/people/session.h"
#include "platform/messages.h"
#include "web/req.h"
#include "web/resp.h"
#include "web/route.h"
#include "web/view.h"

#define REQUEST_ID_SIZE 17

struct invocation;

struct app {
	const char *program; /* "settings", … names the database user too */
	struct route_table routes;
	bool pages;    /* answers in HTML; else in JSON */
	bool outgoing; /* may call providers */
	/* opened by app_open: shared by the workers */
	struct cfg *cfg;
	struct catalogue *catalogue;
	struct messages *messages; /* with pages */
	struct keyring *keyring;
	struct view *view;
	struct ratelimit *key_rate, *tenant_rate; /* of runtimes; NULL: none */
	struct slots *slots;                      /* of calls of API tools, like the next two */
	struct breaker *breaker;
	unsigned most_calls;           /* in this program, where one takes a worker; 0: no limit */
	struct ratelimit *import_rate; /* of descriptions by URL; NULL: none */
	/* opened by each worker */
	struct core core;
	enum rc settled; /* how the last writing of the audit batch ended */
};

struct ctx {
	struct app *app;
	const struct core *core;
	struct req req;
	struct resp resp;
	struct route_match match;
	char request_id[REQUEST_ID_SIZE];
	struct session *session;       /* owned; NULL: nobody is signed in */
	struct actor actor;            /* with a session */
	char csrf[SESSION_TOKEN_SIZE]; /* what forms of this response carry */
	const struct language *speaks; /* the language of this page; NULL without pages */
	const char *language;          /* its name, for texts of provider files */
	struct said *said;             /* texts that say.h made */
	struct view_data *data;        /* the page being built */
	struct view_node *root;
	struct invocation *invocation;  /* owned: the call of an API tool that this request makes */
	struct fcgi_exchange *exchange; /* to be woken when what it waits for is there */
	int64_t begun_ms;               /* monotonic */
	bool other_host;                /* the request named another host than ours */
	bool outside;                   /* its path is not below cfg.public_prefix */
	bool may_wait; /* a handler that has to wait for something may set waits and return RC_OK … */
	bool waits; /* … then it is called again, until it does not or may_wait is false */
	bool again; /* this is such a further call */
	bool reads; /* what a handler needs is read with what others need: it is called once more then, … */
	int ticket; /* … with this; -1: nothing of the kind */
	bool holds; /* the answer may leave only when the audit batch was written */
};

#endif
