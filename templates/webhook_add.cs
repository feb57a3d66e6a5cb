<?cs # webhook_add.cs: Add webhook. POST fields: csrf, url.
  Reads, besides layout.cs and part_form.cs:
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Address           text, optional
    Form.AddressError      text, optional
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
call:page_head("Add webhook") ?><?cs call:panel_open("dim") ?>
<h1>Add webhook</h1>
<p class="lede">It is told of every credential of <?cs var:Workspace.Name ?> that stops working, and of every one that works again.</p>
<?cs call:form_error() ?>
<form method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?>
  <div class="field<?cs if:?Form.AddressError ?> field-wrong<?cs /if ?>">
    <label for="hook-url">Address of your service<span class="required" aria-hidden="true"> *</span></label><?cs
    if:?Form.AddressError ?><p class="field-error" id="hook-url-error"><?cs var:Form.AddressError ?></p><?cs /if ?>
    <input type="text" inputmode="url" id="hook-url" name="url" value="<?cs var:Form.Address ?>" maxlength="2048" placeholder="https://" autocomplete="off" autocapitalize="off" spellcheck="false" required aria-describedby="<?cs if:?Form.AddressError ?>hook-url-error <?cs /if ?>hook-url-help"<?cs if:?Form.AddressError ?> aria-invalid="true"<?cs /if ?>>
    <p class="help" id="hook-url-help">A public https address. It has to answer a POST with a status from 200 to 299; redirects are not followed. Put no password into it: admins see it here.</p>
  </div>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">Cancel</a>
    <button type="submit" class="button button-primary" data-busy="Adding…">Add webhook</button>
  </div>
</form>
<p class="foot foot-lock"><span class="icon icon-lock" aria-hidden="true"></span>Messages are signed with a secret that is shown once, on the next page. They hold no secret of yours.</p>
<?cs call:panel_close() ?>
