<?cs # disable.cs: asks before an authorization is switched off. POST fields: csrf, version.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Credential.Name           text
    Credential.Account        text, optional
    Credential.Kind           enum(oauth2|api-key)
    Credential.Default        bool
    Form.Url                  url             POST
    Form.CancelUrl            url
    Form.Version              int             hidden field version
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Disable " + Credential.Name) ?><?cs call:panel_open("dim") ?>
<h1>Disable “<?cs var:Credential.Name ?>”?</h1>
<p class="lede"><?cs if:Credential.Kind == "oauth2" ?>The OAuth authorization<?cs else ?>The API key<?cs /if ?> for <?cs var:Provider.Label ?><?cs if:?Credential.Account ?> (<?cs var:Credential.Account ?>)<?cs /if ?> is put out of use for everyone in <?cs var:Workspace.Name ?>.</p>
<ul class="consequences">
  <li>Apps and pipelines that ask for it get an error until it is enabled again.</li>
  <?cs if:Credential.Default ?><li>It is the default and stays so: whoever asks for the default of <?cs var:Provider.Label ?> gets that error too.</li><?cs /if ?>
  <?cs if:Credential.Kind == "oauth2" ?><li>It is not renewed meanwhile. What was handed out already works until its time is over.</li><?cs
  else ?><li>The key itself stays valid at <?cs var:Provider.Vendor ?>.</li><?cs /if ?>
  <li>Nothing is deleted. An owner or admin can enable it again.</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">Cancel</a>
  <button type="submit" class="button button-danger-primary" data-busy="Disabling…">Disable</button>
</form>
<?cs call:panel_close() ?>
