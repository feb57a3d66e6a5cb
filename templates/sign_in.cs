<?cs # sign_in.cs: who are you? POST fields: csrf, email, password, next.
  Reads, besides layout.cs (signed out):
    SignIn.Url       url             POST
    SignIn.Email     text, optional  typed before
    SignIn.Next      text, optional  local path to go to afterwards (hidden field next)
    SignIn.Error     text, optional  the one message for every failure
    SignIn.SsoUrl    url, optional   upstream single sign-on, when configured
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
call:page_head({{sign_in.title}}) ?><?cs call:panel_open("plain") ?>
<div class="panel-brand"><?cs call:layout_brand() ?></div>
<h1>{{sign_in.title}}</h1>
<?cs if:?SignIn.Error ?><div class="banner banner-bad" role="alert" id="form-error"><p><?cs var:SignIn.Error ?></p></div><?cs /if ?>
<?cs if:?SignIn.SsoUrl ?><p><a class="button button-wide" href="<?cs var:SignIn.SsoUrl ?>">{{sign_in.sso}}</a></p>
<p class="or"><span>{{sign_in.or}}</span></p><?cs /if ?>
<form method="post" action="<?cs var:SignIn.Url ?>">
  <?cs call:csrf_field() ?><?cs if:?SignIn.Next ?><input type="hidden" name="next" value="<?cs var:SignIn.Next ?>"><?cs /if ?>
  <div class="field">
    <label for="email">{{members.email}}</label>
    <input type="email" id="email" name="email" value="<?cs var:SignIn.Email ?>" autocomplete="username" autocapitalize="off" spellcheck="false" required<?cs if:!?SignIn.Email ?> autofocus<?cs /if ?>>
  </div>
  <div class="field">
    <label for="password">{{sign_in.password}}</label>
    <div class="with-button"><input type="password" id="password" name="password" autocomplete="current-password" required aria-describedby="password-help<?cs if:?SignIn.Error ?> form-error<?cs /if ?>"<?cs if:?SignIn.Email ?> autofocus<?cs /if ?>><?cs call:show_button("password", {{sign_in.password_shown}}) ?></div>
    <p class="help" id="password-help">{{sign_in.help}}</p>
  </div>
  <button type="submit" class="button button-primary button-wide" data-busy="{{sign_in.busy}}">{{sign_in.title}}</button>
</form>
<?cs call:panel_close() ?>
