<?cs # runtime_key_revoke.cs: asks before a runtime key is revoked. POST field: csrf.
  Reads, besides layout.cs:
    Key.Name               text
    Key.State.Kind         enum(ok|warn|bad|none)
    Key.Used               date, optional  absent: never
    Key.Added              date
    Key.AddedBy            text, optional
    Key.Providers.N.Text   text            which it reaches; none = all
    Form.Url               url             POST
    Form.CancelUrl         url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Revoke " + Key.Name) ?><?cs call:panel_open("dim") ?>
<h1>Revoke “<?cs var:Key.Name ?>”?</h1>
<p class="lede">The runtime key of <?cs var:Workspace.Name ?>, added <?cs if:?Key.AddedBy ?>by <?cs var:Key.AddedBy ?>, <?cs /if ?><?cs call:day(Key.Added) ?>.</p>
<ul class="consequences">
  <li><?cs if:?Key.Used.Text ?>It was last used <?cs call:day(Key.Used) ?>. Whatever uses it gets no credential any more, from now on.<?cs else ?>It was never used.<?cs /if ?></li>
  <li>It reaches: <?cs call:listing(Key.Providers, "all providers") ?>.</li>
  <li>This cannot be undone: another key has to be made and put in its place.</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?>
  <a class="button" href="<?cs var:Form.CancelUrl ?>">Cancel</a>
  <button type="submit" class="button button-danger-primary" data-busy="Revoking…">Revoke</button>
</form>
<?cs call:panel_close() ?>
