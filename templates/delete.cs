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
    UsedBy.N.Text             text            apps that are known to use it; optional
    Form.Url                  url             POST
    Form.CancelUrl            url
    Form.Version              int             hidden field version
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{delete.head name=Credential.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{delete.title name=Credential.Name}}</h1>
<p class="lede"><?cs if:?Credential.Account ?><?cs set:Layout.Account = " (" + Credential.Account + ")" ?><?cs else ?><?cs set:Layout.Account = "" ?><?cs /if ?><?cs if:Credential.Kind == "oauth2" ?>{{delete.oauth label=Provider.Label account=Layout.Account workspace=Workspace.Name}}<?cs else ?>{{delete.key label=Provider.Label account=Layout.Account workspace=Workspace.Name}}<?cs /if ?></p>
<ul class="consequences">
  <?cs if:subcount(UsedBy) ?><li>{{delete.used_by}} <strong><?cs call:listing(UsedBy, "") ?></strong></li><?cs /if ?>
  <li>{{delete.apps}}</li>
  <?cs if:Credential.Default ?><li>{{delete.default}} <?cs if:?Credential.NextDefault ?>{{delete.next_default name=Credential.NextDefault}}<?cs else ?>{{delete.no_default label=Provider.Label}}<?cs /if ?></li><?cs /if ?>
  <li><?cs if:Credential.Revokes ?>{{delete.revokes vendor=Provider.Vendor}}<?cs elif:Credential.Kind == "oauth2" ?>{{delete.not_revoked vendor=Provider.Vendor}}<?cs else ?>{{delete.key_stays vendor=Provider.Vendor}}<?cs /if ?></li>
  <li>{{confirm.no_way_back}}</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-danger-primary" data-busy="{{delete.deleting}}">{{provider.delete}}</button>
</form>
<?cs call:panel_close() ?>
