// SPDX-License-Identifier: Apache-2.0
// Definitions that tell an untruth: what is wrong, in which, how, and the step of the walk that must notice it first.
const OF = {
  airtable: 'grantry/airtable/airtable', box: 'grantry/box/box', figma: 'grantry/figma/figma', front: 'langgenius/front/front',
  github: 'langgenius/github/github', gitlab: 'langgenius/gitlab_datasource/gitlab', google: 'langgenius/google_drive/google_drive',
  jira: 'grantry/jira/jira', linear: 'langgenius/linear_trigger/linear_trigger', notion: 'langgenius/notion_datasource/notion_datasource',
  pinterest: 'grantry/pinterest/pinterest', quickbooks: 'grantry/quickbooks/quickbooks', reddit: 'grantry/reddit/reddit',
  slack: 'grantry/slack/slack', tiktok: 'grantry/tiktok_business/tiktok_business', typeform: 'langgenius/typeform_trigger/typeform_trigger',
  xero: 'grantry/xero/xero',
};

export const BROKEN = [
  ['a wrong separator', OF.slack, (oauth) => { oauth.scope_separator = ' '; }, 'authorize'],
  ['a scope too few', OF.typeform, (oauth) => { oauth.scopes.pop(); }, 'authorize'],
  ['a missing parameter of the page', OF.google, (oauth) => { delete oauth.authorize_params.access_type; }, 'authorize'],
  ['no PKCE', OF.airtable, (oauth) => { oauth.pkce = false; }, 'authorize'],
  ['another page', OF.box, (oauth) => { oauth.authorization_url += '2'; }, 'authorize'],
  ['another token endpoint', OF.box, (oauth) => { oauth.token_url += '2'; }, 'exchange error'],
  ['a missing parameter of the exchange', OF.pinterest, (oauth) => { delete oauth.exchange; }, 'exchange error'],
  ['a parameter too many', OF.typeform, (oauth) => { oauth.token_request.params = { more: '1' }; }, 'exchange error'],
  ['a header too few', OF.reddit, (oauth) => { delete oauth.token_request.headers; }, 'exchange error'],
  ['the wrong authentication of the client', OF.reddit, (oauth) => { oauth.token_request.client_auth = 'post'; }, 'exchange error'],
  ['the wrong format', OF.notion, (oauth) => { oauth.token_request.format = 'form'; }, 'exchange error'],
  ['another name of a parameter', OF.tiktok, (oauth) => { oauth.exchange.names.client_id = 'client_id'; }, 'exchange error'],
  ['another parameter of the redirect', OF.quickbooks, (oauth) => { oauth.redirect.values.realm_id.param = 'realm'; }, 'exchange error'],
  ['another place of the token', OF.tiktok, (oauth) => { oauth.token_response.access_token = '/access_token'; }, 'exchange'],
  ['another place of what is looked up', OF.jira, (oauth) => { oauth.lookups[0].keep.cloud_id = '/0/cloudId'; }, 'exchange'],
  ['another place of the end', OF.front, (oauth) => { delete oauth.token_response.expires_at; }, 'life'],
  ['another value in a field', OF.xero, (oauth) => { oauth.credential.tenant_id = '{{token.tenant_name}}'; }, 'hand-out'],
  ['a field that no form has', OF.xero, (oauth) => { oauth.credential.more = 'more'; }, 'hand-out'],
  ['another place of the name', OF.xero, (oauth) => { oauth.identity.name = '/nobody'; }, 'identity'],
  ['another check', OF.linear, (oauth) => { oauth.check.request.body.query = 'query { viewer { id } }'; }, 'test'],
  ['no address of its own for renewals', OF.figma, (oauth) => { delete oauth.refresh.url; }, 'over, says the API (0)'],
  ['no redirect URI in renewals', OF.gitlab, (oauth) => { delete oauth.refresh.redirect_uri; }, 'over, says the API (0)'],
  ['no second token', OF.slack, (oauth) => { delete oauth.token_response.parts; delete oauth.credential.user_access_token; }, 'life'],
  ['another life where nothing tells', OF.jira, (oauth) => { oauth.token_response.default_expires_in_s = 7200; }, 'refresh again'],
  ['no revocation', OF.box, (oauth) => { oauth.revocation = { style: 'none' }; }, 'revoke'],
  ['another meaning of an error', OF.github, (oauth) => { oauth.errors.bad_refresh_token = 'client'; }, 'refresh error bad_refresh_token'],
].map(([what, id, bend, step], i) => ({ what, id, bend, step, asks: `broken/number_${i}/${id.split('/')[2]}` }));

export function brokenCopy({ id, bend, asks }, definitions) {
  const copy = structuredClone(definitions.find((definition) => definition.id === id));
  bend(copy.oauth);
  return { ...copy, id: asks };
}

// The same untruths, held against the facts: a word of what must be said.
export const UNTRUE = [
  [OF.slack, (oauth) => { oauth.scope_separator = ' '; }, 'separator'],
  [OF.google, (oauth) => { delete oauth.authorize_params.access_type; }, 'authorize_params'],
  [OF.google, (oauth) => { oauth.scopes.pop(); }, 'scopes'],
  [OF.airtable, (oauth) => { oauth.pkce = false; }, 'pkce'],
  [OF.box, (oauth) => { oauth.token_url += '2'; }, 'token_url'],
  [OF.box, (oauth) => { oauth.revocation = { style: 'none' }; }, 'revoke'],
  [OF.reddit, (oauth) => { oauth.token_request.client_auth = 'post'; }, 'client_auth'],
  [OF.notion, (oauth) => { oauth.token_request.format = 'form'; }, 'format'],
  [OF.figma, (oauth) => { delete oauth.refresh.url; }, 'refresh_url'],
  [OF.xero, (oauth) => { delete oauth.lookups; }, 'kept'],
];
