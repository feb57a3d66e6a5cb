<?cs # provider.cs: one provider and the authorizations the workspace has for it.
  Reads, besides layout.cs:
    Request.From              text, optional  host of the editor that sent the visitor here
    Request.BackUrl           url, optional   leads back there
    Provider.Label                 text
    Provider.Description           text
    Provider.Note                  text, optional
    Provider.Vendor                text
    Provider.Icon.Letter           text
    Provider.Icon.Tone             enum(ink|blue|teal|green|amber|orange|red|violet)
    Provider.ListLabel             text            where it belongs: the list ("Data Sources"), or the API tool that it is of
    Provider.ListUrl               url
    Banners.N.Kind                 enum(ok|info|warn|bad)
    Banners.N.Title                text            "Personal Drive needs to be authorized again."
    Banners.N.By                   text, optional  who answered ("Google"); with Code and When
    Banners.N.Code                 text, optional  its error code ("invalid_grant")
    Banners.N.When                 date, optional  when it answered
    Banners.N.Text                 text, optional  what that means
    Banners.N.Next                 text, optional  what to do
    ApiKey.AddUrl                  url, optional   form for a new API key; absent = not offered or not permitted
    ApiKey.Settings                bool            they are called settings here
    Model.AddUrl                   url, optional   form for the key of a single model
    ApiKey.Checked                 bool            the provider is asked before a key is kept
    Oauth.AddUrl                   url, optional   the Allow Access page; absent = not offered, not permitted or no client
    Oauth.SettingsUrl              url, optional   OAuth Client Settings; absent = not permitted
    Oauth.SetupUrl                 url, optional   same page, when no client exists at all; then Oauth.AddUrl is absent
    Oauth.Custom                   bool            the workspace's custom client is active
    Help.Kind                      enum(setup|keys|view), optional  what the visitor may not do: set up the missing client,
                                                   add API keys, change anything; absent = may do everything
    Help.People.N.Name             text            who can
    Help.People.N.Email            text
    Credentials.N.Name             text            its name
    Credentials.N.Default          bool
    Credentials.N.Account          text, optional  the account at the provider
    Credentials.N.Kind             enum(oauth2|api-key)
    Credentials.N.Model            text, optional  the model that an API key is for
    Credentials.N.ModelType        text            with it ("llm")
    Credentials.N.AddedBy          text, optional
    Credentials.N.Added            date
    Credentials.N.State.Kind       enum(ok|warn|bad|none)
    Credentials.N.State.Text       text            "Active", "Needs re-authorization"
    Credentials.N.Validity         date, optional  Text "Renews itself in 41 min"; Iso optional
    Credentials.N.Until            date, optional  then it has to be authorized again
    Credentials.N.Since            date, optional  since when it is in another state than active
    Credentials.N.By               text, optional  who answered Code
    Credentials.N.Code             text, optional  the provider's error code
    Credentials.N.Reason           text, optional  why the state is so
    Credentials.N.Next             text, optional  what to do
    Credentials.N.TestUrl          url, optional   POST
    Credentials.N.AuthorizeUrl     url, optional   Allow Access for this one (OAuth only)
    Credentials.N.AuthorizeFirst   bool            it is the thing to do: a primary button instead of a menu entry
    Credentials.N.DefaultUrl       url, optional   POST: Set as default
    Credentials.N.RenameUrl        url, optional
    Credentials.N.EditUrl          url, optional   API key only
    Credentials.N.ScopesUrl        url, optional   Compare scopes (OAuth only)
    Credentials.N.DisableUrl       url, optional   confirmation page
    Credentials.N.EnableUrl        url, optional   POST; a button in the place of Test
    Credentials.N.Version          int, optional   hidden field version; with EnableUrl
    Credentials.N.DeleteUrl        url, optional   confirmation page
    Ended.N.Name                   text, optional  what was disconnected lately; absent = it never had a name here
    Ended.N.When                   date
    Ended.N.State                  enum(queued|done|failed)   of telling the provider
    Ended.N.Reason                 text, optional  why it could not be told (yet)
    Ended.N.Code                   text, optional  the same, as the provider put it
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head(Provider.Label) ?><?cs call:app_open() ?>
<nav class="crumbs" aria-label="{{provider.crumb}}"><a href="<?cs var:Provider.ListUrl ?>"><?cs var:Provider.ListLabel ?></a> <span aria-hidden="true">›</span></nav>
<div class="provider-head">
  <?cs call:tile(Provider.Icon) ?>
  <div>
    <h1><?cs var:Provider.Label ?></h1>
    <p class="lede"><?cs var:Provider.Description ?></p><?cs if:?Provider.Note ?>
    <p class="lede"><?cs var:Provider.Note ?></p><?cs /if ?>
  </div>
</div>
<?cs if:?Request.From ?>
<div class="banner banner-info">
  <p>{{connect.sent_here from=Request.From label=Provider.Label a=Request.BackUrl}}</p>
</div><?cs /if ?>
<?cs each:banner = Banners ?>
<div class="banner banner-<?cs var:banner.Kind ?>">
  <p><strong><?cs var:banner.Title ?></strong><?cs if:?banner.By ?> <?cs if:?banner.When.Text ?>{{provider.answer_since who=banner.By code=banner.Code when=call:moment(banner.When)}}<?cs else ?>{{provider.answer who=banner.By code=banner.Code}}<?cs /if ?><?cs /if ?><?cs if:?banner.Text ?> <?cs var:banner.Text ?><?cs /if ?><?cs if:?banner.Next ?> <?cs var:banner.Next ?><?cs /if ?></p>
</div><?cs /each ?>
<section aria-labelledby="authorizations">
<div class="section-head">
  <h2 id="authorizations">{{provider.authorizations}}</h2>
  <div class="actions">
    <?cs if:?Model.AddUrl ?><a class="button" href="<?cs var:Model.AddUrl ?>">{{provider.add_model}}</a><?cs /if ?>
    <?cs if:?ApiKey.AddUrl ?><a class="button<?cs if:!?Oauth.SetupUrl && !?Oauth.AddUrl ?> button-primary<?cs /if ?>" href="<?cs var:ApiKey.AddUrl ?>"><?cs if:ApiKey.Settings ?>{{provider.add_settings}}<?cs else ?>{{button.add_api_key}}<?cs /if ?></a><?cs /if ?>
    <?cs if:?Oauth.SetupUrl ?><a class="button button-primary" href="<?cs var:Oauth.SetupUrl ?>">{{button.client_setup}}</a><?cs
    elif:?Oauth.AddUrl ?><span class="split"><a class="button button-primary" href="<?cs var:Oauth.AddUrl ?>">{{button.add_oauth}}<?cs if:Oauth.Custom ?> <span class="badge badge-on-primary">{{label.custom}}</span><?cs /if ?></a><?cs
      if:?Oauth.SettingsUrl ?><a class="button button-primary button-icon" href="<?cs var:Oauth.SettingsUrl ?>" aria-label="{{button.client_settings}}" title="{{button.client_settings}}"><span class="icon icon-gear" aria-hidden="true"></span></a><?cs /if ?></span><?cs
    elif:?Oauth.SettingsUrl ?><a class="button" href="<?cs var:Oauth.SettingsUrl ?>"><span class="icon icon-gear" aria-hidden="true"></span>{{button.client_settings}}<?cs if:Oauth.Custom ?> <span class="badge">{{label.custom}}</span><?cs /if ?></a><?cs /if ?>
  </div>
</div>
<?cs if:?Help.Kind ?>
<div class="banner banner-info">
  <p><?cs if:Help.Kind == "setup" ?>{{provider.help_setup label=Provider.Label}}<?cs
  elif:Help.Kind == "keys" ?>{{provider.help_keys}}<?cs
  else ?>{{provider.help_view}}<?cs /if ?></p>
  <?cs if:subcount(Help.People) ?><p class="who-can">{{provider.who_can}}</p><?cs call:helpers(Help.People) ?><?cs /if ?>
</div><?cs /if ?>
<?cs if:subcount(Credentials) ?>
<ul class="rows">
  <?cs each:cred = Credentials ?><li class="row">
    <div class="row-main">
      <h3><?cs var:cred.Name ?><?cs if:cred.Default ?> <span class="badge">{{label.default}}</span><?cs /if ?></h3>
      <p class="row-meta"><?cs if:?cred.Account ?><span><?cs var:cred.Account ?></span> · <?cs /if ?><?cs if:cred.Kind == "oauth2" ?>{{label.oauth}}<?cs elif:ApiKey.Settings ?>{{label.settings}}<?cs else ?>{{label.api_key}}<?cs /if ?><?cs if:?cred.Model ?> · <?cs var:cred.Model ?> (<?cs var:cred.ModelType ?>)<?cs /if ?> · <?cs if:?cred.AddedBy ?>{{row.added_by who=cred.AddedBy date=call:day(cred.Added)}}<?cs else ?>{{row.added date=call:day(cred.Added)}}<?cs /if ?></p>
    </div>
    <div class="row-state"><?cs call:pill(cred.State) ?><?cs if:?cred.Validity.Text ?> <span class="row-validity"><?cs call:moment(cred.Validity) ?></span><?cs elif:?cred.Since.Text ?> <span class="row-validity">{{provider.since date=call:day(cred.Since)}}</span><?cs /if ?><?cs if:?cred.Until.Text ?> <span class="row-validity">{{validity.again date=call:day(cred.Until)}}</span><?cs /if ?></div>
    <div class="row-actions">
      <?cs if:?cred.AuthorizeUrl && cred.AuthorizeFirst ?><a class="button button-primary" href="<?cs var:cred.AuthorizeUrl ?>">{{button.authorize_again}}<span class="visually-hidden"> <?cs var:cred.Name ?></span></a><?cs
      elif:?cred.EnableUrl ?><form method="post" action="<?cs var:cred.EnableUrl ?>"><?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:cred.Version ?>"><button type="submit" class="button" data-busy="{{provider.enabling}}">{{provider.enable}}<span class="visually-hidden"> <?cs var:cred.Name ?></span></button></form><?cs
      elif:?cred.TestUrl ?><form method="post" action="<?cs var:cred.TestUrl ?>"><?cs call:csrf_field() ?><button type="submit" class="button" data-busy="{{provider.testing}}">{{provider.test}}<span class="visually-hidden"> <?cs var:cred.Name ?></span></button></form><?cs
      elif:?cred.AuthorizeUrl ?><a class="button" href="<?cs var:cred.AuthorizeUrl ?>">{{button.authorize_again}}<span class="visually-hidden"> <?cs var:cred.Name ?></span></a><?cs /if ?>
      <?cs if:?cred.DefaultUrl || ?cred.RenameUrl || ?cred.EditUrl || ?cred.ScopesUrl || ?cred.DisableUrl || ?cred.DeleteUrl ?><details class="menu" data-menu>
        <summary class="button button-icon"><span class="icon icon-more" aria-hidden="true"></span><span class="visually-hidden">{{provider.more name=cred.Name}}</span></summary>
        <ul class="menu-list">
          <?cs if:?cred.TestUrl && ?cred.AuthorizeUrl ?><?cs if:cred.AuthorizeFirst ?><li><form method="post" action="<?cs var:cred.TestUrl ?>"><?cs call:csrf_field() ?><button type="submit">{{provider.test}}</button></form></li><?cs else ?><li><a href="<?cs var:cred.AuthorizeUrl ?>">{{button.authorize_again}}</a></li><?cs /if ?><?cs /if ?>
          <?cs if:?cred.DefaultUrl ?><li><form method="post" action="<?cs var:cred.DefaultUrl ?>"><?cs call:csrf_field() ?><button type="submit">{{provider.set_default}}</button></form></li><?cs /if ?>
          <?cs if:?cred.RenameUrl ?><li><a href="<?cs var:cred.RenameUrl ?>">{{provider.rename}}</a></li><?cs /if ?>
          <?cs if:?cred.EditUrl ?><li><a href="<?cs var:cred.EditUrl ?>">{{provider.edit}}</a></li><?cs /if ?>
          <?cs if:?cred.ScopesUrl ?><li><a href="<?cs var:cred.ScopesUrl ?>">{{provider.compare}}</a></li><?cs /if ?>
          <?cs if:?cred.DisableUrl ?><li><a href="<?cs var:cred.DisableUrl ?>">{{provider.disable}}</a></li><?cs /if ?>
          <?cs if:?cred.DeleteUrl ?><li class="menu-danger"><a href="<?cs var:cred.DeleteUrl ?>">{{provider.delete}}</a></li><?cs /if ?>
        </ul>
      </details><?cs /if ?>
    </div>
    <?cs if:?cred.Code || ?cred.Reason || ?cred.Next ?><p class="row-reason row-reason-<?cs var:cred.State.Kind ?>"><?cs if:?cred.Since.Text && ?cred.Validity.Text ?>{{provider.since_sentence date=call:day(cred.Since)}} <?cs /if ?><?cs if:?cred.Code ?>{{provider.answer who=cred.By code=cred.Code}} <?cs /if ?><?cs if:?cred.Reason ?><?cs var:cred.Reason ?> <?cs /if ?><?cs if:?cred.Next ?><strong><?cs var:cred.Next ?></strong><?cs /if ?></p><?cs /if ?>
  </li>
  <?cs /each ?>
</ul>
<p class="foot">{{provider.foot}}</p><?cs
else ?>
<div class="empty">
  <h3>{{provider.nothing}}</h3>
  <p><?cs if:?Oauth.AddUrl && ?ApiKey.AddUrl ?>{{provider.empty_both label=Provider.Label}}<?cs
  elif:?Oauth.AddUrl ?>{{provider.empty_oauth label=Provider.Label}}<?cs
  elif:?Oauth.SetupUrl ?>{{provider.empty_setup vendor=Provider.Vendor}}<?cs
  elif:?ApiKey.AddUrl && ApiKey.Settings ?>{{provider.empty_settings label=Provider.Label}}<?cs if:ApiKey.Checked ?> {{provider.empty_settings_checked}}<?cs /if ?><?cs
  elif:?ApiKey.AddUrl && ?Model.AddUrl ?>{{provider.empty_models label=Provider.Label}}<?cs
  elif:?Model.AddUrl ?>{{provider.empty_model label=Provider.Label}}<?cs
  elif:?ApiKey.AddUrl ?>{{provider.empty_key label=Provider.Label}}<?cs if:ApiKey.Checked ?> {{provider.empty_key_checked}}<?cs /if ?><?cs
  else ?>{{provider.empty_wait label=Provider.Label}}<?cs /if ?></p>
</div><?cs /if ?>
</section>
<?cs if:subcount(Ended) ?><section class="ended" aria-labelledby="ended">
<h2 id="ended">{{provider.ended}}</h2>
<ul class="past">
  <?cs each:ended = Ended ?><li>
    <h3><?cs if:?ended.Name ?><?cs var:ended.Name ?><?cs else ?>{{provider.ended_nameless}}<?cs /if ?></h3>
    <p>{{provider.on_day date=call:day(ended.When)}} <?cs if:ended.State == "done" ?>{{provider.ended_done vendor=Provider.Vendor}}<?cs
    elif:ended.State == "queued" ?>{{provider.ended_queued vendor=Provider.Vendor}}<?cs if:?ended.Reason ?> <?cs var:ended.Reason ?> {{provider.ended_again}}<?cs elif:?ended.Code ?> {{provider.ended_answer code=ended.Code}} {{provider.ended_again}}<?cs /if ?><?cs
    else ?><?cs if:?ended.Code && !?ended.Reason ?>{{provider.ended_failed_code vendor=Provider.Vendor code=ended.Code}}<?cs else ?>{{provider.ended_failed vendor=Provider.Vendor}}<?cs if:?ended.Reason ?> <?cs var:ended.Reason ?><?cs /if ?><?cs /if ?> <strong>{{provider.ended_remove}}</strong><?cs /if ?></p>
  </li>
  <?cs /each ?>
</ul>
</section><?cs /if ?>
<?cs call:app_close() ?>
