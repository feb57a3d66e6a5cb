<?cs # webhook_add.cs: Add webhook. POST fields: csrf, url.
  Reads, besides layout.cs and part_form.cs:
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Address           text, optional
    Form.AddressError      text, optional
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
call:page_head({{webhooks.add}}) ?><?cs call:panel_open("dim") ?>
<h1>{{webhooks.add}}</h1>
<p class="lede">{{webhooks.add_lede workspace=Workspace.Name}}</p>
<?cs call:form_error() ?>
<form method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?>
  <div class="field<?cs if:?Form.AddressError ?> field-wrong<?cs /if ?>">
    <label for="hook-url">{{webhooks.address}}<span class="required" aria-hidden="true"> *</span></label><?cs
    if:?Form.AddressError ?><p class="field-error" id="hook-url-error"><?cs var:Form.AddressError ?></p><?cs /if ?>
    <input type="text" inputmode="url" id="hook-url" name="url" value="<?cs var:Form.Address ?>" maxlength="2048" placeholder="https://" autocomplete="off" autocapitalize="off" spellcheck="false" required aria-describedby="<?cs if:?Form.AddressError ?>hook-url-error <?cs /if ?>hook-url-help"<?cs if:?Form.AddressError ?> aria-invalid="true"<?cs /if ?>>
    <p class="help" id="hook-url-help">{{webhooks.address_help}}</p>
  </div>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{button.adding}}">{{webhooks.add}}</button>
  </div>
</form>
<p class="foot foot-lock"><span class="icon icon-lock" aria-hidden="true"></span>{{webhooks.foot}}</p>
<?cs call:panel_close() ?>
