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
call:page_head({{disable.head name=Credential.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{disable.title name=Credential.Name}}</h1>
<p class="lede"><?cs if:?Credential.Account ?><?cs set:Layout.Account = " (" + Credential.Account + ")" ?><?cs else ?><?cs set:Layout.Account = "" ?><?cs /if ?><?cs if:Credential.Kind == "oauth2" ?>{{disable.oauth label=Provider.Label account=Layout.Account workspace=Workspace.Name}}<?cs else ?>{{disable.key label=Provider.Label account=Layout.Account workspace=Workspace.Name}}<?cs /if ?></p>
<ul class="consequences">
  <li>{{disable.apps}}</li>
  <?cs if:Credential.Default ?><li>{{disable.default label=Provider.Label}}</li><?cs /if ?>
  <?cs if:Credential.Kind == "oauth2" ?><li>{{disable.not_renewed}}</li><?cs
  else ?><li>{{disable.key_stays vendor=Provider.Vendor}}</li><?cs /if ?>
  <li>{{disable.nothing_deleted}}</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-danger-primary" data-busy="{{disable.disabling}}">{{provider.disable}}</button>
</form>
<?cs call:panel_close() ?>
