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
call:page_head("Runtime keys") ?><?cs call:app_open() ?>
<div class="section-head">
  <h1>Runtime keys</h1>
  <div class="actions"><a class="button button-primary" href="<?cs var:AddUrl ?>">Add runtime key</a></div>
</div>
<p class="lede">With a key a pipeline or an agent fetches credentials of <?cs var:Workspace.Name ?> from the API, without a person. A key is shown once, when it is made.</p>
<?cs if:subcount(Keys) ?>
<ul class="rows">
  <?cs each:key = Keys ?><li class="row">
    <div class="row-main">
      <h2><?cs var:key.Name ?></h2>
      <p class="row-meta"><?cs call:listing(key.Providers, "All providers") ?> · added <?cs if:?key.AddedBy ?>by <?cs var:key.AddedBy ?>, <?cs /if ?><?cs call:day(key.Added) ?></p>
      <p class="row-meta"><?cs call:listing(key.Verbs, "") ?></p>
    </div>
    <div class="row-state"><?cs call:pill(key.State) ?> <span class="row-validity"><?cs if:?key.Used.Text ?>Last used <?cs call:day(key.Used) ?><?cs else ?>Never used<?cs /if ?></span> <span class="row-validity"><?cs if:?key.Expires.Text ?><?cs if:key.State.Kind == "ok" ?>Expires<?cs else ?>Since<?cs /if ?> <?cs call:day(key.Expires) ?><?cs else ?>Does not expire<?cs /if ?></span></div>
    <div class="row-actions"><a class="button button-danger" href="<?cs var:key.RevokeUrl ?>">Revoke<span class="visually-hidden"> <?cs var:key.Name ?></span></a></div>
  </li>
  <?cs /each ?>
</ul><?cs
else ?>
<div class="empty">
  <h2>No runtime key yet</h2>
  <p>Make one for each pipeline or agent, so that each can be revoked on its own and you see when it was last used.</p>
</div><?cs /if ?>
<?cs call:app_close() ?>
