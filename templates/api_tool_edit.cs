<?cs # api_tool_edit.cs: the settings of an API tool. POST multipart/form-data: csrf, version, and each Fields.N.Key.
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Version           int
    Secrets                bool            it has an authorization method: another server asks for its secrets again
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head({{api_tools.edit_title name=Tool.Name}}) ?><?cs call:app_open() ?>
<?cs call:tool_crumbs() ?>
<h1>{{api_tools.edit_title name=Tool.Name}}</h1>
<?cs if:Secrets ?><p class="lede">{{api_tools.edit_lede}}</p><?cs /if ?>
<?cs call:form_error() ?>
<form class="wide-form" method="post" action="<?cs var:Form.Url ?>" enctype="multipart/form-data">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <?cs call:fields() ?>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{button.saving}}">{{button.save}}</button>
  </div>
</form>
<?cs call:app_close() ?>
