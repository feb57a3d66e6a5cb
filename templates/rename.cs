<?cs # rename.cs: another name for an authorization. POST fields: csrf, version, name.
  Reads, besides layout.cs and part_form.cs (Conflict only):
    Provider.Label            text
    Credential.Name           text            its present name
    Form.Url                  url             POST
    Form.CancelUrl            url
    Form.Version              int             hidden field version; after a conflict the newer one
    Form.Name                 text            value of the field
    Form.NameError            text, optional
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
call:page_head({{rename.head name=Credential.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{rename.title name=Credential.Name}}</h1>
<p class="lede">{{rename.lede label=Provider.Label}}</p>
<?cs call:conflict("0") ?>
<form method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <div class="field<?cs if:?Form.NameError ?> field-wrong<?cs /if ?>">
    <label for="auth-name">{{label.authorization_name}}</label><?cs
    if:?Form.NameError ?><p class="field-error" id="auth-name-error" role="alert"><?cs var:Form.NameError ?></p><?cs /if ?>
    <input type="text" id="auth-name" name="name" value="<?cs var:Form.Name ?>" maxlength="255" autocomplete="off" required<?cs if:!?Conflict.Who ?> autofocus<?cs /if ?><?cs if:?Form.NameError ?> aria-describedby="auth-name-error" aria-invalid="true"<?cs /if ?>>
  </div>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{button.saving}}"><?cs if:?Conflict.Who ?>{{button.save_over}}<?cs else ?>{{button.save}}<?cs /if ?></button>
  </div>
</form>
<?cs call:panel_close() ?>
