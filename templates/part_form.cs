<?cs # part_form.cs: form fields made from a provider's schema, the error summary, and the conflict block.
  Needs part_ui.cs. Macros: form_error(), conflict(secrets_too), field(one of Fields), fields().

  Reads:
    Fields.N.Id              text        DOM id, unique on the page, made by C from an index ("f0")
    Fields.N.Key             text        the field's name in the POST
    Fields.N.Kind            enum(secret-input|text-input|select|boolean); anything else is drawn as text-input
    Fields.N.Label           text
    Fields.N.Required        bool
    Fields.N.Value           text, optional   text-input only; never a secret
    Fields.N.Checked         bool        boolean only; the box posts the value "true"
    Fields.N.Stored          bool        secret-input only: a value is stored, an empty field keeps it
    Fields.N.Placeholder     text, optional
    Fields.N.Help            text, optional
    Fields.N.HelpUrl         url, optional    opens in a new tab
    Fields.N.HelpUrlText     text, optional   words of that link; default "Where do I find this?"
    Fields.N.Error           text, optional   what is wrong with this field and what to do
    Fields.N.Options.M.Value     text    select only
    Fields.N.Options.M.Label     text
    Fields.N.Options.M.Selected  bool

    FormError.Title          text, optional   what happened; absent = no error summary
    FormError.Text           text, optional   why
    FormError.Next           text, optional   what to do
    FormError.Said.Code      text, optional   the provider's own error code
    FormError.Said.Text      text, optional   the provider's own words
    FormError.SaidBy         text, optional   who said it ("Notion"); present when FormError.Said.* is

    Conflict.Who             text, optional   who changed it meanwhile; absent = no conflict. Form.Version is then the newer version
    Conflict.When            date             when
    Conflict.Changes.N.Label     text         what differs ("Authorization Name")
    Conflict.Changes.N.Theirs    text         stored now ("replaced" for a secret)
    Conflict.Changes.N.Yours     text, optional   what the visitor typed
    Conflict.ReloadUrl       url              shows the other's version and drops what was typed
?><?cs
def:form_error() ?><?cs if:?FormError.Title ?>
<div class="banner banner-bad" role="alert" id="form-error" tabindex="-1" autofocus>
  <p><strong><?cs var:FormError.Title ?></strong><?cs if:?FormError.Text ?> <?cs var:FormError.Text ?><?cs /if ?></p>
  <?cs if:?FormError.SaidBy ?><p class="said-by">{{form.said_by who=FormError.SaidBy}}</p><?cs call:provider_words(FormError.Said) ?><?cs /if ?>
  <?cs if:?FormError.Next ?><p><?cs var:FormError.Next ?></p><?cs /if ?>
  <?cs set:Layout.Wrong = "0" ?><?cs each:wrong = Fields ?><?cs if:?wrong.Error ?><?cs if:!Layout.Wrong ?><?cs set:Layout.Wrong = "1" ?><ul><?cs /if ?>
    <li><a href="#<?cs var:wrong.Id ?>"><?cs var:wrong.Label ?></a>: <?cs var:wrong.Error ?></li><?cs /if ?><?cs /each ?><?cs if:Layout.Wrong ?></ul><?cs /if ?>
</div><?cs /if ?><?cs /def ?><?cs

def:conflict(conflict_secrets) ?><?cs if:?Conflict.Who ?>
<div class="banner banner-warn" role="alert" id="conflict" tabindex="-1" autofocus>
  <p>{{form.conflict who=Conflict.Who when=call:moment(Conflict.When)}}<?cs if:conflict_secrets ?> {{form.conflict_secrets}}<?cs /if ?></p>
  <?cs if:subcount(Conflict.Changes) ?>
  <dl class="changes">
    <?cs each:change = Conflict.Changes ?><div><dt><?cs var:change.Label ?></dt><dd><?cs var:change.Theirs ?><?cs if:?change.Yours ?> <span class="yours">{{form.you_typed yours=change.Yours}}</span><?cs /if ?></dd></div>
    <?cs /each ?>
  </dl><?cs /if ?>
  <p>{{form.conflict_choice a=Conflict.ReloadUrl}}</p>
</div><?cs /if ?><?cs /def ?><?cs

def:field_described(fd) ?><?cs if:?fd.Error || ?fd.Help || ?fd.HelpUrl || fd.Stored ?> aria-describedby="<?cs if:?fd.Error ?><?cs var:fd.Id ?>-error<?cs /if ?><?cs if:?fd.Help || ?fd.HelpUrl || fd.Stored ?><?cs if:?fd.Error ?> <?cs /if ?><?cs var:fd.Id ?>-help<?cs /if ?>"<?cs /if ?><?cs if:?fd.Error ?> aria-invalid="true"<?cs /if ?><?cs /def ?><?cs

def:field_error(fe) ?><?cs if:?fe.Error ?>
  <p class="field-error" id="<?cs var:fe.Id ?>-error"><?cs var:fe.Error ?></p><?cs /if ?><?cs /def ?><?cs

def:field_help(fh) ?><?cs if:?fh.Help || ?fh.HelpUrl || fh.Stored ?>
  <p class="help" id="<?cs var:fh.Id ?>-help"><?cs if:fh.Stored ?>{{form.stored}} <?cs /if ?><?cs if:?fh.Help ?><?cs var:fh.Help ?> <?cs /if ?><?cs
  if:?fh.HelpUrl ?><a href="<?cs var:fh.HelpUrl ?>" target="_blank" rel="noopener noreferrer"><?cs if:?fh.HelpUrlText ?><?cs var:fh.HelpUrlText ?><?cs else ?>{{form.where}}<?cs /if ?><span class="icon icon-external" aria-hidden="true"></span><span class="visually-hidden"> {{form.new_tab_of label=fh.Label}}</span></a><?cs /if ?></p><?cs /if ?><?cs /def ?><?cs

def:field_label(fl) ?><label for="<?cs var:fl.Id ?>"><?cs var:fl.Label ?><?cs if:fl.Required ?><span class="required" aria-hidden="true"> *</span><?cs else ?> <span class="optional">{{label.optional}}</span><?cs /if ?></label><?cs /def ?><?cs

def:show_button(show_id, show_label) ?><button type="button" class="button show-button js-only" data-show="<?cs var:show_id ?>" aria-pressed="false">{{layout.show}}<span class="visually-hidden"> <?cs var:show_label ?></span></button><?cs /def ?><?cs

def:field(ff) ?>
<div class="field<?cs if:?ff.Error ?> field-wrong<?cs /if ?>"><?cs
if:ff.Kind == "boolean" ?>
  <div class="check"><input type="checkbox" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" value="true"<?cs if:ff.Checked ?> checked<?cs /if ?><?cs call:field_described(ff) ?>><label for="<?cs var:ff.Id ?>"><?cs var:ff.Label ?></label></div><?cs call:field_error(ff) ?><?cs
elif:ff.Kind == "select" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <select id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>"<?cs if:ff.Required ?> required<?cs /if ?><?cs call:field_described(ff) ?>>
    <?cs if:!ff.Required ?><option value="">{{form.not_set}}</option><?cs /if ?><?cs each:choice = ff.Options ?>
    <option value="<?cs var:choice.Value ?>"<?cs if:choice.Selected ?> selected<?cs /if ?>><?cs var:choice.Label ?></option><?cs /each ?>
  </select><?cs
elif:ff.Kind == "secret-input" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <div class="with-button"><input type="password" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs if:ff.Stored ?> placeholder="••••••••••••"<?cs elif:?ff.Placeholder ?> placeholder="<?cs var:ff.Placeholder ?>"<?cs /if ?><?cs if:ff.Required && !ff.Stored ?> required<?cs /if ?><?cs call:field_described(ff) ?>><?cs call:show_button(ff.Id, ff.Label) ?></div><?cs
else ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <input type="text" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" value="<?cs var:ff.Value ?>" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs if:?ff.Placeholder ?> placeholder="<?cs var:ff.Placeholder ?>"<?cs /if ?><?cs if:ff.Required ?> required<?cs /if ?><?cs call:field_described(ff) ?>><?cs
/if ?><?cs call:field_help(ff) ?>
</div><?cs /def ?><?cs

def:fields() ?><?cs each:form_field = Fields ?><?cs call:field(form_field) ?><?cs /each ?><?cs /def ?>
