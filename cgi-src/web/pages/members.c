/* SPDX-License-Identifier: Apache-2.0
 *
 * The people of the workspace.
 */
#include <stdlib.h>

#include "domain/people/account.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"

enum rc page_members(struct ctx *c)
{
	struct view_node *members;
	struct person *list;
	size_t n;
	enum rc rc = account_people(c->core, &c->actor, &list, &n);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		members = view_child(c->root, "Members");
		for (size_t i = 0; i < n; i++) {
			struct view_node *item = view_append(members);

			view_text(item, "Name", list[i].name);
			view_text(item, "Email", list[i].email);
			view_text(item, "RoleText", page_role(c, list[i].role));
			view_flag(item, "You", uuid_equal(&list[i].id.u, &c->actor.user.u));
			page_date(c, item, "Since", list[i].since_s);
		}
		rc = page_send(c, "members", 200);
	}
	free(list);
	return rc;
}
