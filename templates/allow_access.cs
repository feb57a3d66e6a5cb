<?cs # allow_access.cs: the review before the redirect to the provider. POST fields: csrf, scope (each box that is ticked).
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text            who runs it ("Google"); may equal Label
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Me.Name                   text            name of the person who asks
    Client.Choice             enum(default|custom)   through which OAuth client
    Access.Url                url             POST
    Access.CancelUrl          url
    Access.Again              text, optional  name of the authorization that is authorized again
    Access.Account            text, optional  the account that one belongs to
    Scopes.N.Words            text            what it allows, in words
    Scopes.N.Code             text, optional  the scope as the provider names it
    Scopes.N.Why              text, optional  why it is asked for
    Scopes.N.Optional         text, optional  it may be left out: value of its box "scope" in the form
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{access.title label=Provider.Label}}) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p class="pair" aria-hidden="true"><span class="tile tile-grantry">Gr</span><span class="icon icon-swap"></span><?cs call:tile(Provider.Icon) ?></p>
  <?cs if:?Access.Again ?><h1>{{access.again name=Access.Again}}</h1>
  <p class="lede"><?cs if:?Access.Account ?>{{access.account vendor=Provider.Vendor account=Access.Account}} <?cs /if ?>{{access.lede vendor=Provider.Vendor}}</p><?cs
  else ?><h1>{{access.question workspace=Workspace.Name label=Provider.Label}}</h1>
  <p class="lede">{{access.lede vendor=Provider.Vendor}}</p><?cs /if ?>
</div>
<?cs if:subcount(Scopes) ?><h2 class="visually-hidden">{{access.what}}</h2><?cs call:scope_list(Scopes) ?><?cs
else ?><p class="scopes-none">{{access.no_scopes vendor=Provider.Vendor}}</p><?cs /if ?>
<dl class="facts">
  <div><dt>{{access.asked_by}}</dt><dd><?cs var:Me.Name ?> <span class="muted"><?cs var:Me.Email ?></span></dd></div>
  <div><dt>{{access.workspace}}</dt><dd><?cs var:Workspace.Name ?></dd></div>
  <div><dt>{{client.oauth_client}}</dt><dd><?cs if:Client.Choice == "custom" ?>{{label.custom}} <span class="muted">{{access.own_app}}</span><?cs else ?>{{label.default}} <span class="muted">{{access.operator}}</span><?cs /if ?></dd></div>
</dl>
<form method="post" action="<?cs var:Access.Url ?>" id="allow-form" class="form-actions form-actions-centre">
  <?cs call:csrf_field() ?>
  <a class="button" href="<?cs var:Access.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-primary" data-busy="{{access.taking vendor=Provider.Vendor}}">{{access.allow}}</button>
</form>
<?cs call:panel_close() ?>
