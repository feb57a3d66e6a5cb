<?cs # api_tool_oauth.cs: the OAuth 2.0 of an API tool. POST fields: csrf, version, scheme, and each Fields.N.Key.
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Version           int
    Form.Scheme            text, optional  as the description calls it
    Form.Stored            bool            it is set up already
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head({{api_tools.oauth_title name=Tool.Name}}) ?><?cs call:app_open() ?>
<?cs call:tool_crumbs() ?>
<h1>{{api_tools.oauth_title name=Tool.Name}}</h1>
<p class="lede">{{api_tools.oauth_lede}}<?cs if:Form.Stored ?> {{api_tools.oauth_stored}}<?cs /if ?></p>
<?cs call:form_error() ?>
<form class="wide-form" method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>"><?cs if:?Form.Scheme ?><input type="hidden" name="scheme" value="<?cs var:Form.Scheme ?>"><?cs /if ?>
  <?cs call:fields() ?>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{button.saving}}">{{button.save}}</button>
  </div>
</form>
<?cs call:app_close() ?>
