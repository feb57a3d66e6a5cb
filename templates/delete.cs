<?cs # delete.cs: asks before an authorization is deleted. POST fields: csrf, version.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Credential.Name           text
    Credential.Account        text, optional
    Credential.Kind           enum(oauth2|api-key)
    Credential.Default        bool
    Credential.NextDefault    text, optional  which one becomes the default, when this one is it and others exist
    Credential.Revokes        bool            access is revoked at the provider too
    Form.Url                  url             POST
    Form.CancelUrl            url
    Form.Version              int             hidden field version
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Delete " + Credential.Name) ?><?cs call:panel_open("dim") ?>
<h1>Delete “<?cs var:Credential.Name ?>”?</h1>
<p class="lede"><?cs if:Credential.Kind == "oauth2" ?>The OAuth authorization<?cs else ?>The API key<?cs /if ?> for <?cs var:Provider.Label ?><?cs if:?Credential.Account ?> (<?cs var:Credential.Account ?>)<?cs /if ?> is removed for everyone in <?cs var:Workspace.Name ?>.</p>
<ul class="consequences">
  <li>Apps and pipelines that name it get an error from then on.</li>
  <?cs if:Credential.Default ?><li>It is the default. <?cs if:?Credential.NextDefault ?>“<?cs var:Credential.NextDefault ?>” becomes the default.<?cs else ?>Apps that use the default for <?cs var:Provider.Label ?> will fail: there is no other.<?cs /if ?></li><?cs /if ?>
  <li><?cs if:Credential.Revokes ?>Access is revoked at <?cs var:Provider.Vendor ?> as well.<?cs elif:Credential.Kind == "oauth2" ?>Access is not revoked at <?cs var:Provider.Vendor ?>: remove the app in the account there too.<?cs else ?>The key itself stays valid at <?cs var:Provider.Vendor ?>: revoke it there too.<?cs /if ?></li>
  <li>This cannot be undone.</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">Cancel</a>
  <button type="submit" class="button button-danger-primary" data-busy="Deleting…">Delete</button>
</form>
<?cs call:panel_close() ?>
