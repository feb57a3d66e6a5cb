<?cs # password.cs: choose a password, after a sign-in with a one-time code. POST fields: csrf, password, password_again.
  Reads, besides layout.cs:
    Me.Email              text
    Password.Url          url             POST
    Password.Error        text, optional  what is wrong with the new password
    Password.AgainError   text, optional  the second one differs from the first
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
call:page_head("Choose a password") ?><?cs call:panel_open("plain") ?>
<div class="panel-brand"><?cs call:layout_brand() ?></div>
<h1>Choose a password</h1>
<p class="lede">Your one-time code is used up. From now on you sign in as <strong><?cs var:Me.Email ?></strong> with this password.</p>
<form method="post" action="<?cs var:Password.Url ?>">
  <?cs call:csrf_field() ?>
  <input type="text" value="<?cs var:Me.Email ?>" autocomplete="username" readonly hidden>
  <div class="field<?cs if:?Password.Error ?> field-wrong<?cs /if ?>">
    <label for="password">New password</label><?cs
    if:?Password.Error ?><p class="field-error" id="password-error" role="alert"><?cs var:Password.Error ?></p><?cs /if ?>
    <div class="with-button"><input type="password" id="password" name="password" autocomplete="new-password" minlength="15" required autofocus aria-describedby="<?cs if:?Password.Error ?>password-error <?cs /if ?>password-help"<?cs if:?Password.Error ?> aria-invalid="true"<?cs /if ?>><?cs call:show_button("password", "new password") ?></div>
    <p class="help" id="password-help">At least 15 characters. A sentence of a few words is easy to remember; digits and signs are welcome but not asked for.</p>
  </div>
  <div class="field<?cs if:?Password.AgainError ?> field-wrong<?cs /if ?>">
    <label for="password-again">The same password again</label><?cs
    if:?Password.AgainError ?><p class="field-error" id="password-again-error" role="alert"><?cs var:Password.AgainError ?></p><?cs /if ?>
    <div class="with-button"><input type="password" id="password-again" name="password_again" autocomplete="new-password" required<?cs if:?Password.AgainError ?> aria-describedby="password-again-error" aria-invalid="true"<?cs /if ?>><?cs call:show_button("password-again", "repeated password") ?></div>
  </div>
  <button type="submit" class="button button-primary button-wide" data-busy="Saving…">Save password</button>
</form>
<?cs call:panel_close() ?>
