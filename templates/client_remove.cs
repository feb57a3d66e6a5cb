<?cs # client_remove.cs: asks before the workspace's custom OAuth client is removed. POST fields: csrf, version.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Client.DefaultReady       bool            the operator's default takes over
    Form.Url                  url             POST
    Form.CancelUrl            url
    Form.Version              int             hidden field version
    Uses.N.Text               text            authorizations made through it, by name
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Remove custom OAuth client — " + Provider.Label) ?><?cs call:panel_open("dim") ?>
<h1>Remove the custom OAuth client for <?cs var:Provider.Label ?>?</h1>
<p class="lede">Its client ID and secret are deleted from <?cs var:Workspace.Name ?>. The app at <?cs var:Provider.Vendor ?> itself stays.</p>
<ul class="consequences">
  <li><?cs if:Client.DefaultReady ?>New authorizations go through the default client of your operator.<?cs else ?>Nobody can add OAuth for <?cs var:Provider.Label ?> until a client is set up again: your operator has set no default.<?cs /if ?></li>
  <?cs if:subcount(Uses) ?><li>These can no longer renew themselves and have to be authorized again:
    <ul><?cs each:use = Uses ?><li><?cs var:use.Text ?></li><?cs /each ?></ul></li><?cs
  else ?><li>No authorization was made through it.</li><?cs /if ?>
  <li>This cannot be undone.</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">Cancel</a>
  <button type="submit" class="button button-danger-primary" data-busy="Removing…">Remove</button>
</form>
<?cs call:panel_close() ?>
