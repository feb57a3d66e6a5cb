<?cs # api_key.cs: Add API Key, and Edit of one. POST fields: csrf, version, name, and each Fields.N.Key.
  Reads, besides layout.cs and part_form.cs:
    Provider.Label         text
    Provider.Icon.Letter   text
    Provider.Icon.Tone     enum(ink|blue|teal|green|amber|orange|red|violet)
    Form.What              enum(key|settings|model)   what it is called
    Form.Unchecked         text, optional  why it is not: the provider file's words
    Form.Edit              bool            an existing key is edited
    Form.Checked           bool            the provider is asked before the key is kept
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Version           int, optional   hidden field version; only when Form.Edit. After a conflict the newer one
    Form.Name              text, optional  value of Authorization Name
    Form.NameError         text, optional
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
if:Form.What == "settings" ?><?cs if:Form.Edit ?><?cs set:Layout.Title = {{form.edit_settings}} ?><?cs else ?><?cs set:Layout.Title = {{provider.add_settings}} ?><?cs /if ?><?cs
elif:Form.What == "model" ?><?cs if:Form.Edit ?><?cs set:Layout.Title = {{form.edit_model}} ?><?cs else ?><?cs set:Layout.Title = {{provider.add_model}} ?><?cs /if ?><?cs
elif:Form.Edit ?><?cs set:Layout.Title = {{form.edit_api_key}} ?><?cs else ?><?cs set:Layout.Title = {{button.add_api_key}} ?><?cs /if ?><?cs
call:page_head({{form.title title=Layout.Title label=Provider.Label}}) ?><?cs call:panel_open("dim") ?>
<div class="panel-title"><?cs call:tile(Provider.Icon) ?><div><h1>{{form.title title=Layout.Title label=Provider.Label}}</h1>
<p class="lede">{{form.everyone workspace=Workspace.Name}}</p></div></div>
<?cs call:form_error() ?><?cs call:conflict("1") ?>
<form method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?><?cs if:?Form.Version ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>"><?cs /if ?>
  <div class="field<?cs if:?Form.NameError ?> field-wrong<?cs /if ?>">
    <label for="auth-name">{{label.authorization_name}}<?cs if:!Form.Edit ?> <span class="optional">{{label.optional}}</span><?cs /if ?></label><?cs
    if:?Form.NameError ?><p class="field-error" id="auth-name-error"><?cs var:Form.NameError ?></p><?cs /if ?>
    <input type="text" id="auth-name" name="name" value="<?cs var:Form.Name ?>" maxlength="255" autocomplete="off"<?cs if:Form.Edit ?> required<?cs /if ?> aria-describedby="<?cs if:?Form.NameError ?>auth-name-error <?cs /if ?>auth-name-help"<?cs if:?Form.NameError ?> aria-invalid="true"<?cs /if ?>>
    <p class="help" id="auth-name-help">{{form.name_help}}<?cs if:Form.Edit ?> {{form.name_help_edit}}<?cs /if ?></p>
  </div>
  <?cs call:fields() ?>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="<?cs if:Form.Checked ?>{{form.checking label=Provider.Label}}<?cs else ?>{{button.saving}}<?cs /if ?>"><?cs if:?Conflict.Who ?>{{button.save_over}}<?cs else ?>{{button.save}}<?cs /if ?></button>
  </div>
</form>
<p class="foot foot-lock"><span class="icon icon-lock" aria-hidden="true"></span><?cs if:Form.Checked ?>{{form.foot_checked label=Provider.Label}}<?cs else ?><?cs if:?Form.Unchecked ?><?cs var:Form.Unchecked ?> <?cs else ?>{{form.foot_unchecked label=Provider.Label}} <?cs /if ?>{{form.foot_encrypted}}<?cs /if ?></p>
<?cs call:panel_close() ?>
