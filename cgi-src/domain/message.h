/* SPDX-License-Identifier: Apache-2.0
 *
 * The domain knows no language. What it wants a person to read it names by a key of messages/; the web says it.
 */
#ifndef GRANTRY_DOMAIN_MESSAGE_H
#define GRANTRY_DOMAIN_MESSAGE_H

/* Marks a literal that is such a key: a lint looks for it in the message files. */
#define MESSAGE(key) key

#endif
