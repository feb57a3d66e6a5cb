<?cs # layout.cs: the frame of every page, as macros. A page calls
  page_head(title), then app_open() ... app_close() (signed in, with the sidebar)
  or panel_open(look) ... panel_close() (one centred panel; look: plain | dim).

  Types: text = plain text, url = checked URL, bool = "1" or absent, int, enum(a|b), date = Text + Iso.
  An optional variable is absent when it does not apply; it is never set to an empty string.
  The style sheet, the script and the icon are served under /static/.

  Reads:
    Csrf.Token               text            value of the hidden field csrf in every POST form
    Me.Email                 text, optional  who is signed in; absent = nobody
    Workspace.Name          text, optional  the workspace; absent when signed out
    Workspace.RoleText       text, optional  role of the person in it ("Owner")
    Workspace.SwitchUrl      url, optional   POST, field workspace; present when Workspace.Items is
    Workspace.Items.N.Name       text        every workspace of the person; only when there is more than one
    Workspace.Items.N.RoleText   text
    Workspace.Items.N.Value      text        value of the field workspace
    Workspace.Items.N.Current    bool
    Nav.HomeUrl              url, optional   where the brand leads
    Nav.Items.N.Label        text
    Nav.Items.N.Url          url
    Nav.Items.N.Group        text, optional  heading; items of one group stand together
    Nav.Items.N.Current      bool
    SignOut.Url              url             POST; only when signed in
    Language.Url             url, optional   POST, fields language and next; absent = there is one language only
    Language.Next            text, optional  local path of this page
    Language.Items.N.Label   text            what the language calls itself
    Language.Items.N.Value   text            value of the field language
    Language.Items.N.Tag     text            BCP 47
    Language.Items.N.Current bool
    Notice.Kind              enum(ok|info|warn|bad), optional   message after a redirect; absent = none
    Notice.Title             text, optional
    Notice.Text              text
    FormError.Title, Form.NameError, SignIn.Error, Password.Error, Password.AgainError
                             text, optional  (see the pages) put "Error:" in front of the page title
?><?cs def:csrf_field() ?><input type="hidden" name="csrf" value="<?cs var:Csrf.Token ?>"><?cs /def ?><?cs

def:page_head(head_title) ?><!doctype html>
<html lang="{{language.tag}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title><?cs if:?FormError.Title || ?Form.NameError || ?SignIn.Error || ?Password.Error || ?Password.AgainError ?>{{layout.error_title}} <?cs /if ?><?cs var:head_title ?><?cs if:?Workspace.Name ?> · <?cs var:Workspace.Name ?><?cs /if ?> · Grantry</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/app.css">
<script src="/static/app.js" defer></script>
<?cs /def ?><?cs

def:layout_notice() ?><?cs if:?Notice.Kind ?>
<div class="banner banner-<?cs var:Notice.Kind ?>" role="<?cs if:Notice.Kind == "bad" ?>alert<?cs else ?>status<?cs /if ?>">
  <p><?cs if:?Notice.Title ?><strong><?cs var:Notice.Title ?></strong> <?cs /if ?><?cs var:Notice.Text ?></p>
</div>
<?cs /if ?><?cs /def ?><?cs

def:layout_brand() ?><?cs if:?Nav.HomeUrl ?><a class="brand" href="<?cs var:Nav.HomeUrl ?>"><span class="brand-mark" aria-hidden="true"></span>Grantry</a><?cs
else ?><span class="brand"><span class="brand-mark" aria-hidden="true"></span>Grantry</span><?cs /if ?><?cs /def ?><?cs

def:layout_workspace() ?><?cs if:subcount(Workspace.Items) > #1 ?>
<details class="workspace" data-menu>
  <summary>
    <span class="workspace-name"><?cs var:Workspace.Name ?></span>
    <span class="workspace-who"><?cs var:Workspace.RoleText ?> · <?cs var:Me.Email ?></span>
    <span class="visually-hidden">{{layout.switch_workspace}}</span>
  </summary>
  <form class="workspace-list" method="post" action="<?cs var:Workspace.SwitchUrl ?>">
    <?cs call:csrf_field() ?>
    <?cs each:ws = Workspace.Items ?><button type="submit" name="workspace" value="<?cs var:ws.Value ?>"<?cs if:ws.Current ?> aria-current="true"<?cs /if ?>><span class="workspace-name"><?cs var:ws.Name ?></span><span class="workspace-who"><?cs var:ws.RoleText ?></span></button>
    <?cs /each ?>
  </form>
</details><?cs else ?>
<div class="workspace">
  <span class="workspace-name"><?cs var:Workspace.Name ?></span>
  <span class="workspace-who"><?cs var:Workspace.RoleText ?> · <?cs var:Me.Email ?></span>
</div><?cs /if ?><?cs /def ?><?cs

def:layout_nav() ?>
<nav class="nav" aria-label="{{layout.settings}}">
<?cs set:Layout.Group = "" ?><?cs set:Layout.Open = "0" ?><?cs
each:nav_item = Nav.Items ?><?cs
  if:?nav_item.Group && nav_item.Group != Layout.Group ?><?cs if:Layout.Open ?></ul>
<?cs /if ?><p class="nav-group"><?cs var:nav_item.Group ?></p>
<ul><?cs set:Layout.Group = nav_item.Group ?><?cs set:Layout.Open = "1" ?><?cs
  elif:!Layout.Open ?><ul><?cs set:Layout.Open = "1" ?><?cs /if ?>
  <li><a href="<?cs var:nav_item.Url ?>"<?cs if:nav_item.Current ?> aria-current="page"<?cs /if ?>><?cs var:nav_item.Label ?></a></li><?cs
/each ?><?cs if:Layout.Open ?>
</ul><?cs /if ?>
</nav><?cs /def ?><?cs

def:layout_languages() ?><?cs if:?Language.Url ?>
<div class="languages" role="group" aria-label="{{layout.language}}"><form method="post" action="<?cs var:Language.Url ?>">
  <?cs call:csrf_field() ?><?cs if:?Language.Next ?><input type="hidden" name="next" value="<?cs var:Language.Next ?>"><?cs /if ?>
  <?cs each:tongue = Language.Items ?><button type="submit" class="link-button" name="language" value="<?cs var:tongue.Value ?>" lang="<?cs var:tongue.Tag ?>"<?cs if:tongue.Current ?> aria-current="true"<?cs /if ?>><?cs var:tongue.Label ?></button>
  <?cs /each ?>
</form></div><?cs /if ?><?cs /def ?><?cs

def:layout_sign_out() ?>
<form class="sign-out" method="post" action="<?cs var:SignOut.Url ?>"><?cs call:csrf_field() ?><button type="submit" class="link-button">{{layout.sign_out}}</button></form><?cs /def ?><?cs

def:layout_live() ?><p class="visually-hidden" role="status" id="live" data-copied="{{layout.copied}}" data-copy-failed="{{layout.copy_failed}}" data-show="{{layout.show}}" data-hide="{{layout.hide}}"></p><?cs /def ?><?cs

def:app_open() ?></head>
<body class="app">
<a class="skip" href="#main">{{layout.skip}}</a>
<header class="sidebar">
<?cs call:layout_brand() ?><?cs call:layout_workspace() ?><?cs call:layout_nav() ?><?cs call:layout_languages() ?><?cs call:layout_sign_out() ?>
</header>
<header class="topbar">
<?cs call:layout_brand() ?>
<details class="topmenu" data-menu>
  <summary><span class="icon icon-menu" aria-hidden="true"></span>{{layout.menu}}</summary>
  <div class="topmenu-body"><?cs call:layout_workspace() ?><?cs call:layout_nav() ?><?cs call:layout_languages() ?><?cs call:layout_sign_out() ?></div>
</details>
</header>
<main id="main" class="content" tabindex="-1">
<?cs call:layout_notice() ?><?cs /def ?><?cs

def:app_close() ?>
</main>
<?cs call:layout_live() ?>
</body>
</html>
<?cs /def ?><?cs

def:panel_open(panel_look) ?></head>
<body class="stage stage-<?cs var:panel_look ?>">
<main id="main" class="panel" tabindex="-1">
<?cs call:layout_notice() ?><?cs /def ?><?cs

def:panel_close() ?>
</main>
<?cs call:layout_live() ?>
</body>
</html>
<?cs /def ?>
