<?cs # api_tool_auth_item.cs: one authorization method of an API tool. POST fields: csrf, version, and each Fields.N.Key.
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Item.Text              text            what it is
    Item.Scheme            text, optional  as the description calls it
    Item.Type              enum(api_key|basic|bearer|header)
    Origins.N.Text         text            where its secret will be sent
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Version           int
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
if:Item.Type == "api_key" ?><?cs set:Layout.Title = {{api_tools.api_key}} ?><?cs
elif:Item.Type == "header" ?><?cs set:Layout.Title = {{api_tools.custom_header}} ?><?cs
else ?><?cs set:Layout.Title = Item.Text ?><?cs /if ?><?cs
call:page_head(Layout.Title) ?><?cs call:panel_open("dim") ?>
<h1><?cs var:Layout.Title ?></h1>
<p class="lede"><?cs if:?Item.Scheme ?>{{api_tools.item_scheme scheme=Item.Scheme name=Tool.Name}}<?cs else ?>{{api_tools.item_every name=Tool.Name}}<?cs /if ?></p>
<?cs call:form_error() ?>
<form method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <?cs call:fields() ?>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{button.saving}}">{{button.save}}</button>
  </div>
</form>
<p class="foot foot-lock"><span class="icon icon-lock" aria-hidden="true"></span><?cs if:subcount(Origins) ?>{{api_tools.goes_to origins=call:plain_list(Origins)}}<?cs else ?>{{api_tools.goes_nowhere}}<?cs /if ?></p>
<?cs call:panel_close() ?>
