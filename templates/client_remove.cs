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
call:page_head({{remove_client.head label=Provider.Label}}) ?><?cs call:panel_open("dim") ?>
<h1>{{remove_client.title label=Provider.Label}}</h1>
<p class="lede">{{remove_client.lede workspace=Workspace.Name vendor=Provider.Vendor}}</p>
<ul class="consequences">
  <li><?cs if:Client.DefaultReady ?>{{remove_client.default}}<?cs else ?>{{remove_client.no_default label=Provider.Label}}<?cs /if ?></li>
  <?cs if:subcount(Uses) ?><li>{{remove_client.uses}}
    <ul><?cs each:use = Uses ?><li><?cs var:use.Text ?></li><?cs /each ?></ul></li><?cs
  else ?><li>{{remove_client.no_uses}}</li><?cs /if ?>
  <li>{{confirm.no_way_back}}</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-danger-primary" data-busy="{{button.removing}}">{{button.remove}}</button>
</form>
<?cs call:panel_close() ?>
