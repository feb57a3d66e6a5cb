<?cs # api_tool_delete.cs: asks before an API tool is deleted. POST fields: csrf, version.
  Reads, besides layout.cs and part_api_tool.cs:
    Tool.Enabled           int             operations that apps can use now
    Tool.Auth, Tool.Oauth  bool            it holds secrets; it has OAuth 2.0
    UsedBy.N.Text          text            apps that are known to use it; optional
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Version           int
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{delete.head name=Tool.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{delete.title name=Tool.Name}}</h1>
<p class="lede">{{api_tools.delete_lede workspace=Workspace.Name}}</p>
<ul class="consequences">
  <li>{{api_tools.delete_operations n=Tool.Enabled}}</li>
  <?cs if:subcount(UsedBy) ?><li>{{delete.used_by}} <strong><?cs call:listing(UsedBy, "") ?></strong></li><?cs /if ?>
  <?cs if:Tool.Auth ?><li>{{api_tools.delete_secrets}}</li><?cs /if ?>
  <?cs if:Tool.Oauth ?><li>{{api_tools.delete_oauth}}</li><?cs /if ?>
  <li>{{confirm.no_way_back}}</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-danger-primary" data-busy="{{delete.deleting}}">{{provider.delete}}</button>
</form>
<?cs call:panel_close() ?>
