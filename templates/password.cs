<?cs # password.cs: choose a password, after a sign-in with a one-time code. POST fields: csrf, password, password_again.
  Reads, besides layout.cs:
    Me.Email              text
    Password.Url          url             POST
    Password.Error        text, optional  what is wrong with the new password
    Password.AgainError   text, optional  the second one differs from the first
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
call:page_head({{password.title}}) ?><?cs call:panel_open("plain") ?>
<div class="panel-brand"><?cs call:layout_brand() ?></div>
<h1>{{password.title}}</h1>
<p class="lede">{{password.lede email=Me.Email}}</p>
<form method="post" action="<?cs var:Password.Url ?>">
  <?cs call:csrf_field() ?>
  <input type="text" value="<?cs var:Me.Email ?>" autocomplete="username" readonly hidden>
  <div class="field<?cs if:?Password.Error ?> field-wrong<?cs /if ?>">
    <label for="password">{{password.new}}</label><?cs
    if:?Password.Error ?><p class="field-error" id="password-error" role="alert"><?cs var:Password.Error ?></p><?cs /if ?>
    <div class="with-button"><input type="password" id="password" name="password" autocomplete="new-password" minlength="15" required autofocus aria-describedby="<?cs if:?Password.Error ?>password-error <?cs /if ?>password-help"<?cs if:?Password.Error ?> aria-invalid="true"<?cs /if ?>><?cs call:show_button("password", {{password.new_shown}}) ?></div>
    <p class="help" id="password-help">{{password.help}}</p>
  </div>
  <div class="field<?cs if:?Password.AgainError ?> field-wrong<?cs /if ?>">
    <label for="password-again">{{password.again}}</label><?cs
    if:?Password.AgainError ?><p class="field-error" id="password-again-error" role="alert"><?cs var:Password.AgainError ?></p><?cs /if ?>
    <div class="with-button"><input type="password" id="password-again" name="password_again" autocomplete="new-password" required<?cs if:?Password.AgainError ?> aria-describedby="password-again-error" aria-invalid="true"<?cs /if ?>><?cs call:show_button("password-again", {{password.again_shown}}) ?></div>
  </div>
  <button type="submit" class="button button-primary button-wide" data-busy="{{button.saving}}">{{password.save}}</button>
</form>
<?cs call:panel_close() ?>
