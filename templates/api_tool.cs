<?cs # api_tool.cs: one API tool. POST fields of the operations: csrf, seen, on, q, offset, and a button: save, all (on|off).
  Reads, besides layout.cs, part_ui.cs and part_api_tool.cs:
    Tool.Icon.*                   tile
    Tool.State.*                  pill: its authorization
    Tool.Description, .Disclaimer, .Source, .Server, .ApiVersion, .ChangedBy   text, optional
    Tool.PrivacyUrl               url, optional   opens in a new tab
    Tool.Format, .FormatVersion   text
    Tool.Changed                  date
    Tool.Count, .Enabled          int             operations
    Tool.Labels.N.Text            text
    Unconfirmed.N.Text            text            origins that its secrets are not sent to yet
    Unreadable                    bool            its secrets cannot be opened here
    UsedBy.N.Text                 text            apps that are known to use it; optional
    Next                          enum(server|secret|oauth2|operations), optional   what is missing
    OauthUrl                      url, optional   its OAuth authorizations
    Manages                       bool            the visitor may change it; then these are there:
    EditUrl, ImportUrl, DeleteUrl, AuthorizationUrl, ChooseUrl   url   ChooseUrl: POST
    Operations.*                  as api_tool_draft.cs
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head(Tool.Name) ?><?cs call:app_open() ?>
<nav class="crumbs" aria-label="{{provider.crumb}}"><a href="<?cs var:ListUrl ?>">{{nav.api_tools}}</a> <span aria-hidden="true">›</span></nav>
<div class="provider-head">
  <?cs call:tile(Tool.Icon) ?>
  <div>
    <h1><?cs var:Tool.Name ?></h1>
    <?cs if:?Tool.Description ?><p class="lede kept-lines"><?cs var:Tool.Description ?></p><?cs /if ?>
    <p class="tags"><?cs call:pill(Tool.State) ?><?cs call:tool_labels(Tool.Labels) ?></p>
  </div>
</div>
<?cs if:Unreadable ?><div class="banner banner-bad"><p>{{api_tools.unreadable}}<?cs if:Manages ?> <a href="<?cs var:AuthorizationUrl ?>">{{api_tools.authorization}}</a><?cs /if ?></p></div><?cs
elif:subcount(Unconfirmed) ?><div class="banner banner-warn"><p>{{api_tools.unconfirmed origins=call:plain_list(Unconfirmed)}}<?cs if:Manages ?> <a href="<?cs var:AuthorizationUrl ?>">{{api_tools.authorization}}</a><?cs /if ?></p></div><?cs /if ?>
<?cs if:?Next ?><div class="banner banner-info"><p><strong>{{api_tools.next}}</strong> <?cs
  if:Next == "server" ?>{{api_tools.next_server}}<?cs if:Manages ?> <a href="<?cs var:EditUrl ?>">{{provider.edit}}</a><?cs /if ?><?cs
  elif:Next == "secret" ?>{{api_tools.next_secret}}<?cs if:Manages ?> <a href="<?cs var:AuthorizationUrl ?>">{{api_tools.authorization}}</a><?cs /if ?><?cs
  elif:Next == "oauth2" ?>{{api_tools.next_oauth2}} <a href="<?cs var:OauthUrl ?>">{{api_tools.connect}}</a><?cs
  else ?>{{api_tools.next_operations}}<?cs /if ?></p></div><?cs /if ?>
<?cs if:Manages || ?OauthUrl ?><div class="actions tool-actions">
  <?cs if:Manages ?><a class="button" href="<?cs var:EditUrl ?>">{{provider.edit}}</a>
  <a class="button" href="<?cs var:AuthorizationUrl ?>">{{api_tools.authorization}}</a><?cs /if ?>
  <?cs if:?OauthUrl ?><a class="button" href="<?cs var:OauthUrl ?>">{{api_tools.connections}}</a><?cs /if ?>
  <?cs if:Manages ?><a class="button" href="<?cs var:ImportUrl ?>">{{api_tools.import_again}}</a>
  <a class="button button-danger" href="<?cs var:DeleteUrl ?>">{{provider.delete}}</a><?cs /if ?>
</div><?cs /if ?>
<dl class="facts">
  <div><dt>{{api_tools.server}}</dt><dd><?cs if:?Tool.Server ?><code><?cs var:Tool.Server ?></code><?cs else ?>{{api_tools.no_server}}<?cs /if ?></dd></div>
  <div><dt>{{api_tools.document}}</dt><dd><?cs var:Tool.Format ?> <?cs var:Tool.FormatVersion ?><?cs if:?Tool.ApiVersion ?> · <?cs var:Tool.ApiVersion ?><?cs /if ?><?cs if:?Tool.Source ?> · <?cs var:Tool.Source ?><?cs /if ?></dd></div>
  <div><dt>{{api_tools.changed}}</dt><dd><?cs call:day(Tool.Changed) ?><?cs if:?Tool.ChangedBy ?> · <?cs var:Tool.ChangedBy ?><?cs /if ?></dd></div>
  <?cs if:subcount(UsedBy) ?><div><dt>{{api_tools.used_by}}</dt><dd><?cs call:listing(UsedBy, "") ?></dd></div><?cs /if ?>
  <?cs if:?Tool.PrivacyUrl ?><div><dt>{{api_tools.privacy_policy}}</dt><dd><a href="<?cs var:Tool.PrivacyUrl ?>" target="_blank" rel="noopener noreferrer"><?cs var:Tool.PrivacyUrl ?><span class="icon icon-external" aria-hidden="true"></span><span class="visually-hidden"> {{form.new_tab}}</span></a></dd></div><?cs /if ?>
  <?cs if:?Tool.Disclaimer ?><div><dt>{{api_tools.disclaimer}}</dt><dd class="kept-lines"><?cs var:Tool.Disclaimer ?></dd></div><?cs /if ?>
</dl>
<section aria-labelledby="operations">
<div class="section-head">
  <h2 id="operations">{{api_tools.operations}} <span class="count">{{api_tools.enabled_of enabled=Tool.Enabled all=Tool.Count}}</span></h2>
  <?cs if:Operations.Paged ?><form class="search" role="search" method="get" action="<?cs var:Tool.Url ?>">
    <label class="visually-hidden" for="q">{{api_tools.filter}}</label><span class="icon icon-search" aria-hidden="true"></span>
    <input type="search" id="q" name="q" value="<?cs var:Operations.Filter ?>" placeholder="{{list.search}}" autocomplete="off">
    <button type="submit" class="button">{{list.search}}</button>
  </form><?cs /if ?>
</div>
<?cs if:Manages ?><form method="post" action="<?cs var:ChooseUrl ?>">
  <?cs call:csrf_field() ?><input type="hidden" name="offset" value="<?cs var:Operations.Offset ?>">
  <?cs call:operation_rows("1") ?>
  <div class="form-actions">
    <button type="submit" class="button form-actions-start" name="save" value="1" data-busy="{{button.saving}}">{{api_tools.save_choice}}</button>
    <button type="submit" class="button" name="all" value="on">{{api_tools.all_on}}</button>
    <button type="submit" class="button" name="all" value="off">{{api_tools.all_off}}</button>
  </div>
</form><?cs else ?><?cs call:operation_rows("") ?><?cs /if ?>
<?cs if:Operations.Paged ?><form class="pages" method="get" action="<?cs var:Tool.Url ?>"><?cs if:?Operations.Filter ?><input type="hidden" name="q" value="<?cs var:Operations.Filter ?>"><?cs /if ?>
  <?cs if:subcount(Operations.Items) ?><span class="muted">{{api_tools.range first=Operations.First last=Operations.Last total=Operations.Total}}</span><?cs else ?><span class="muted">{{api_tools.no_operation}}</span><?cs /if ?><?cs
  if:?Operations.Before ?><button type="submit" class="button" name="offset" value="<?cs var:Operations.Before ?>">{{api_tools.before}}</button><?cs /if ?><?cs
  if:?Operations.After ?><button type="submit" class="button" name="offset" value="<?cs var:Operations.After ?>">{{api_tools.after}}</button><?cs /if ?></form><?cs /if ?>
</section>
<?cs call:app_close() ?>
