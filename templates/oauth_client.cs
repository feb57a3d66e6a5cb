<?cs # oauth_client.cs: OAuth Client Settings of one provider for the workspace.
  POST fields: csrf, version, client (default | custom), then (save | authorize), and each Fields.N.Key (custom only).
  Reads, besides layout.cs and part_form.cs:
    Provider.Label            text
    Provider.Vendor           text            who runs it ("Google"); may equal Label
    Form.Url                  url             POST
    Form.CancelUrl            url
    Form.Version              int, optional   hidden field version; after a conflict the newer one
    Client.Choice             enum(default|custom)   which card is chosen
    Client.DefaultReady       bool            the operator has set a default client
    Client.CanAuthorize       bool            offers Save and Authorize
    Client.RedirectUri        text            exactly as the provider must know it
    Client.ConsoleUrl         url, optional   where the keys are made
    Client.OwnUri             bool            the redirect URI is this workspace's alone
    Client.Steps.N.Text       text            set-up steps for this provider, in order
    Client.Pkce               bool            the provider insists on PKCE
    Client.Scopes.Line        text, optional  what the app must be allowed, as the provider separates it
    Client.Scopes.Items       scope list, optional   the same in words
    Client.UserScopes.Line    text, optional  what it must be allowed for the person, where that is apart
    Client.UserScopes.Items   scope list, optional
    Client.InUse              int, optional   authorizations made through the client that is active now
    Client.RemoveUrl          url, optional   confirmation page; only when a custom client is stored
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs

def:scopes_to_tick(tick_id, tick_label, tick) ?><?cs if:subcount(tick.Items) ?>
      <div class="field">
        <p class="label" id="<?cs var:tick_id ?>-label"><?cs var:tick_label ?></p>
        <?cs if:?tick.Line ?><div class="copy-box"><code id="<?cs var:tick_id ?>" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="<?cs var:tick_id ?>-label"><?cs var:tick.Line ?></code><button type="button" class="button js-only" data-copy="<?cs var:tick_id ?>">{{button.copy}}<span class="visually-hidden"> <?cs var:tick_label ?></span></button></div><?cs /if ?>
        <?cs call:scope_list(tick.Items) ?>
      </div><?cs /if ?><?cs /def ?><?cs

call:page_head({{client.title label=Provider.Label}}) ?><?cs call:panel_open("dim") ?>
<h1>{{client.title label=Provider.Label}}</h1>
<p class="lede">{{client.lede workspace=Workspace.Name}}</p>
<?cs call:form_error() ?><?cs call:conflict("1") ?>
<form method="post" action="<?cs var:Form.Url ?>" novalidate data-client>
  <?cs call:csrf_field() ?><?cs if:?Form.Version ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>"><?cs /if ?>
  <fieldset class="choices">
    <legend class="visually-hidden">{{client.oauth_client}}</legend>
    <label class="choice<?cs if:!Client.DefaultReady ?> choice-off<?cs /if ?>"><input type="radio" name="client" value="default" id="client-default"<?cs if:!Client.DefaultReady ?> disabled<?cs elif:Client.Choice == "default" ?> checked<?cs /if ?>><span class="choice-title">{{label.default}}</span><span class="choice-text"><?cs if:Client.DefaultReady ?>{{client.default_ready}}<?cs else ?>{{client.default_none label=Provider.Label}}<?cs /if ?></span></label>
    <label class="choice"><input type="radio" name="client" value="custom" id="client-custom"<?cs if:!Client.DefaultReady || Client.Choice == "custom" ?> checked<?cs /if ?>><span class="choice-title">{{label.custom}}</span><span class="choice-text">{{client.custom_text}}</span></label>
  </fieldset>
  <?cs if:Client.InUse ?><p class="hint">{{client.in_use n=Client.InUse}}</p><?cs /if ?>
  <fieldset class="custom-only">
    <legend class="visually-hidden">{{client.custom_legend}}</legend>
    <section class="guide" aria-labelledby="guide">
    <h2 class="small-head" id="guide">{{client.how vendor=Provider.Vendor}}</h2>
    <?cs if:?Client.ConsoleUrl ?><p><a href="<?cs var:Client.ConsoleUrl ?>" target="_blank" rel="noopener noreferrer">{{client.where vendor=Provider.Vendor}}<span class="icon icon-external" aria-hidden="true"></span><span class="visually-hidden"> {{form.new_tab}}</span></a></p><?cs /if ?>
    <div class="field">
      <p class="label" id="redirect-label">{{label.redirect_uri}} <span class="label-note">{{client.redirect_note vendor=Provider.Vendor}}</span></p>
      <div class="copy-box"><code id="redirect-uri" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="redirect-label"><?cs var:Client.RedirectUri ?></code><button type="button" class="button js-only" data-copy="redirect-uri">{{button.copy}}<span class="visually-hidden"> {{label.copy_redirect_uri}}</span></button></div>
      <?cs if:Client.OwnUri ?><p class="help">{{client.redirect_own workspace=Workspace.Name}}</p><?cs /if ?>
    </div>
    <?cs if:subcount(Client.Steps) || subcount(Client.Scopes.Items) || subcount(Client.UserScopes.Items) ?><details class="steps"<?cs if:subcount(Fields) && Client.Choice == "custom" && ?Client.RemoveUrl ?><?cs else ?> open<?cs /if ?>>
      <summary>{{client.steps}}</summary>
      <?cs if:subcount(Client.Steps) ?><ol>
        <?cs each:step = Client.Steps ?><li><?cs var:step.Text ?></li>
        <?cs /each ?>
      </ol><?cs /if ?>
      <?cs if:Client.Pkce ?><p>{{client.pkce vendor=Provider.Vendor}}</p><?cs /if ?><?cs
      call:scopes_to_tick("scopes", {{client.scopes}}, Client.Scopes) ?><?cs
      call:scopes_to_tick("user-scopes", {{client.user_scopes}}, Client.UserScopes) ?>
    </details><?cs /if ?>
    </section>
    <?cs call:fields() ?>
  </fieldset>
  <div class="form-actions">
    <?cs if:?Client.RemoveUrl ?><a class="button button-danger form-actions-start" href="<?cs var:Client.RemoveUrl ?>">{{button.remove}}</a><?cs /if ?>
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button<?cs if:!Client.CanAuthorize ?> button-primary<?cs /if ?>" name="then" value="save" data-busy="{{button.saving}}"><?cs if:?Conflict.Who ?>{{button.save_over}}<?cs else ?>{{button.save}}<?cs /if ?></button>
    <?cs if:Client.CanAuthorize ?><button type="submit" class="button button-primary" name="then" value="authorize" data-busy="{{button.saving}}">{{client.save_authorize}}</button><?cs /if ?>
  </div>
</form>
<?cs call:panel_close() ?>
