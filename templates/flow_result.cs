<?cs # flow_result.cs: what came of an authorization, after the provider sent the visitor back.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Result.Kind               enum(connected|failed|cancelled|pending)
    Request.From              text, optional  host of the editor that sent the visitor here
    Request.BackUrl           url, optional   leads back there
    Result.DoneUrl            url             the provider's page
    connected:
    Result.Name               text            name of the authorization
    Result.Again              bool            it was authorized again
    Result.Default            bool            it is the default
    Result.Account            text, optional  the account that answered
    Result.Twin               text, optional  the same account is connected already, by this name
    Choice.OldName            text, optional  another account answered than that of this authorization; absent = nothing to choose
    Choice.OldAccount         text, optional  its account
    Choice.ReplaceUrl         url, optional   POST fields csrf, version, old_version: this account takes its place
    Choice.Version            int, optional
    Choice.OldVersion         int, optional
    Choice.DiscardUrl         url, optional   confirmation page: the new one is deleted
    Result.Validity           date, optional  Text "Renews itself in 59 min"
    Result.Ends               date, optional  it was to be renewed, but the provider gave nothing to renew it with
    Result.Granted.N.Words    text            scopes that were asked for and granted
    Result.Granted.N.Code     text, optional
    Result.Granted.N.Why      text, optional
    Result.Extra.N.Words      text            scopes that nobody asked for (A44)
    Result.Extra.N.Code       text, optional
    Result.Extra.N.Why        text, optional
    Result.Missing.N.Words    text            scopes that were asked for and not granted
    Result.Missing.N.Code     text, optional
    Result.Missing.N.Why      text, optional  what will not work without it
    Result.TryUrl             url, optional   Allow Access again (connected with missing scopes, failed, cancelled)
    failed, cancelled:
    Result.Problem            text            what happened, a sentence
    Result.Said.Code          text, optional  the provider's error code
    Result.Said.Text          text, optional  the provider's words
    Result.Cause              text, optional  the likely cause
    Result.Next               text, optional  what to do
    Result.RedirectUri        text, optional  shown to be copied, when the redirect URI is the likely cause
    Result.Asked              scope list, optional   when the scopes that were asked for are the likely cause
    Result.SettingsUrl        url, optional   OAuth Client Settings, when they are the likely cause and permitted
    pending:
    Result.ReloadUrl          url             this page again
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs

def:explained() ?><?cs if:?Result.Cause || ?Result.Next ?><dl class="facts facts-long">
  <?cs if:?Result.Cause ?><div><dt>{{result.cause}}</dt><dd><?cs var:Result.Cause ?></dd></div><?cs /if ?>
  <?cs if:?Result.Next ?><div><dt>{{result.next}}</dt><dd><?cs var:Result.Next ?></dd></div><?cs /if ?>
</dl><?cs /if ?>
<?cs /def ?><?cs

if:Result.Kind == "connected" ?><?cs set:Layout.Title = {{result.connected label=Provider.Label}} ?><?cs
elif:Result.Kind == "pending" ?><?cs set:Layout.Title = {{result.finishing vendor=Provider.Vendor}} ?><?cs
elif:Result.Kind == "cancelled" ?><?cs set:Layout.Title = {{result.nothing}} ?><?cs
else ?><?cs set:Layout.Title = {{result.failed label=Provider.Label}} ?><?cs /if ?><?cs
call:page_head(Layout.Title) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p class="pair" aria-hidden="true"><span class="tile tile-grantry">Gr</span><span class="mark mark-<?cs var:Result.Kind ?>"></span><?cs call:tile(Provider.Icon) ?></p>
  <h1><?cs var:Layout.Title ?></h1>
<?cs if:Result.Kind == "connected" ?>
  <p class="lede"><strong><?cs var:Result.Name ?></strong><?cs if:Result.Default ?> <span class="badge">{{label.default}}</span><?cs /if ?> <?cs if:Result.Again ?>{{result.works_again workspace=Workspace.Name}}<?cs else ?>{{result.ready workspace=Workspace.Name}}<?cs /if ?></p>
</div>
<?cs if:?Choice.OldName ?><div class="banner banner-warn" role="status"><p><?cs if:?Result.Account ?><?cs set:Layout.Account = Result.Account ?><?cs else ?><?cs set:Layout.Account = {{result.another_account}} ?><?cs /if ?><?cs if:?Choice.OldAccount ?><?cs set:Layout.OldAccount = Choice.OldAccount ?><?cs else ?><?cs set:Layout.OldAccount = {{result.another_one}} ?><?cs /if ?>{{result.other_account account=Layout.Account name=Choice.OldName old=Layout.OldAccount}}</p></div><?cs /if ?>
<?cs if:?Result.Twin ?><div class="banner banner-info" role="status"><p>{{result.twin twin=Result.Twin}}</p></div><?cs /if ?>
<?cs if:subcount(Result.Missing) ?><div class="banner banner-warn"><p>{{result.missing}}</p><?cs call:scope_list(Result.Missing) ?></div><?cs /if ?>
<?cs if:?Result.Ends.Text ?><div class="banner banner-warn" role="status"><p>{{result.no_refresh vendor=Provider.Vendor when=call:day(Result.Ends)}}</p></div><?cs /if ?>
<dl class="facts">
  <?cs if:?Result.Account ?><div><dt>{{result.account}}</dt><dd><?cs var:Result.Account ?></dd></div><?cs /if ?>
  <?cs if:?Result.Validity.Text ?><div><dt>{{result.validity}}</dt><dd><?cs call:moment(Result.Validity) ?></dd></div><?cs /if ?>
</dl>
<?cs if:subcount(Result.Granted) ?><h2 class="small-head">{{result.allowed}}</h2><?cs call:scope_list(Result.Granted) ?><?cs /if ?>
<?cs if:subcount(Result.Extra) ?><div class="banner banner-info"><p>{{result.extra vendor=Provider.Vendor}}</p><?cs call:scope_list(Result.Extra) ?></div><?cs /if ?>
<?cs if:?Choice.OldName ?><?cs if:?Choice.ReplaceUrl ?><form method="post" action="<?cs var:Choice.ReplaceUrl ?>" class="choice-form">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Choice.Version ?>"><input type="hidden" name="old_version" value="<?cs var:Choice.OldVersion ?>">
  <button type="submit" class="button button-wide" data-busy="{{result.replacing}}">{{result.replace name=Choice.OldName}}</button>
  <p class="help">{{result.replace_help name=Choice.OldName}}</p>
</form><?cs /if ?>
<p class="form-actions form-actions-centre"><?cs if:?Choice.DiscardUrl ?><a class="button button-danger" href="<?cs var:Choice.DiscardUrl ?>">{{result.discard}}</a> <?cs /if ?><a class="button button-primary" href="<?cs var:Result.DoneUrl ?>">{{result.keep_both}}</a></p>
<?cs else ?><p class="form-actions form-actions-centre"><?cs if:?Result.TryUrl ?><a class="button" href="<?cs var:Result.TryUrl ?>">{{button.authorize_again}}</a> <?cs /if ?><a class="button button-primary" href="<?cs var:Result.DoneUrl ?>">{{button.done}}</a></p><?cs /if ?><?cs
elif:Result.Kind == "pending" ?>
  <p class="lede">{{result.lede_pending vendor=Provider.Vendor}}</p>
</div>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Result.DoneUrl ?>">{{button.back_to label=Provider.Label}}</a> <a class="button button-primary" href="<?cs var:Result.ReloadUrl ?>" data-reload>{{result.check_again}}</a></p><?cs
elif:Result.Kind == "cancelled" ?>
  <p class="lede">{{result.lede_cancelled vendor=Provider.Vendor}}</p>
</div>
<?cs call:explained() ?><p class="form-actions form-actions-centre"><?cs if:?Result.TryUrl ?><a class="button" href="<?cs var:Result.TryUrl ?>">{{button.try_again}}</a> <?cs /if ?><a class="button button-primary" href="<?cs var:Result.DoneUrl ?>">{{button.done}}</a></p><?cs
else ?>
  <p class="lede"><?cs var:Result.Problem ?></p>
</div>
<?cs if:?Result.Said.Code || ?Result.Said.Text ?><div class="said-box"><p class="said-by">{{result.answered vendor=Provider.Vendor}}</p><?cs call:provider_words(Result.Said) ?></div><?cs /if ?>
<?cs call:explained() ?><?cs if:?Result.RedirectUri ?><div class="field"><p class="label" id="redirect-label">{{label.redirect_uri}}</p>
<div class="copy-box"><code id="redirect-uri" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="redirect-label"><?cs var:Result.RedirectUri ?></code><button type="button" class="button js-only" data-copy="redirect-uri">{{button.copy}}<span class="visually-hidden"> {{label.copy_redirect_uri}}</span></button></div></div><?cs /if ?>
<?cs if:subcount(Result.Asked) ?><h2 class="small-head">{{result.asked}}</h2><?cs call:scope_list(Result.Asked) ?><?cs /if ?>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Result.DoneUrl ?>">{{button.back_to label=Provider.Label}}</a> <?cs if:?Result.SettingsUrl ?><a class="button" href="<?cs var:Result.SettingsUrl ?>">{{button.client_settings}}</a> <?cs /if ?><?cs if:?Result.TryUrl ?><a class="button button-primary" href="<?cs var:Result.TryUrl ?>">{{button.try_again}}</a><?cs /if ?></p><?cs
/if ?><?cs if:?Request.BackUrl ?>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Request.BackUrl ?>">{{connect.back from=Request.From}}</a></p><?cs /if ?>
<?cs call:panel_close() ?>
