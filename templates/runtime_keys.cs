<?cs # runtime_keys.cs: the runtime keys of the workspace, by name.
  Reads, besides layout.cs:
    AddUrl                   url
    Keys.N.Name              text
    Keys.N.State.Kind        enum(ok|warn|bad|none)
    Keys.N.State.Text        text            "Active", "Expired"
    Keys.N.AddedBy           text, optional  absent: somebody who is gone
    Keys.N.Added             date
    Keys.N.Used              date, optional  absent: never
    Keys.N.Expires           date, optional  absent: never
    Keys.N.Providers.M.Text  text            which it reaches; none = all
    Keys.N.Verbs.M.Text      text            what it may do
    Keys.N.RevokeUrl         url             confirmation page
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{nav.runtime_keys}}) ?><?cs call:app_open() ?>
<div class="section-head">
  <h1>{{nav.runtime_keys}}</h1>
  <div class="actions"><a class="button button-primary" href="<?cs var:AddUrl ?>">{{keys.add}}</a></div>
</div>
<p class="lede">{{keys.lede workspace=Workspace.Name}}</p>
<?cs if:subcount(Keys) ?>
<ul class="rows">
  <?cs each:key = Keys ?><li class="row">
    <div class="row-main">
      <h2><?cs var:key.Name ?></h2>
      <p class="row-meta"><?cs call:listing(key.Providers, {{keys.all_row}}) ?> · <?cs if:?key.AddedBy ?>{{row.added_by who=key.AddedBy date=call:day(key.Added)}}<?cs else ?>{{row.added date=call:day(key.Added)}}<?cs /if ?></p>
      <p class="row-meta"><?cs call:listing(key.Verbs, "") ?></p>
    </div>
    <div class="row-state"><?cs call:pill(key.State) ?> <span class="row-validity"><?cs if:?key.Used.Text ?>{{keys.last_used date=call:day(key.Used)}}<?cs else ?>{{keys.unused}}<?cs /if ?></span> <span class="row-validity"><?cs if:?key.Expires.Text ?><?cs if:key.State.Kind == "ok" ?>{{keys.expires date=call:day(key.Expires)}}<?cs else ?>{{provider.since date=call:day(key.Expires)}}<?cs /if ?><?cs else ?>{{keys.for_ever}}<?cs /if ?></span></div>
    <div class="row-actions"><a class="button button-danger" href="<?cs var:key.RevokeUrl ?>">{{keys.revoke}}<span class="visually-hidden"> <?cs var:key.Name ?></span></a></div>
  </li>
  <?cs /each ?>
</ul><?cs
else ?>
<div class="empty">
  <h2>{{keys.none}}</h2>
  <p>{{keys.none_text}}</p>
</div><?cs /if ?>
<?cs call:app_close() ?>
