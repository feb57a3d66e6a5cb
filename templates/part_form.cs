<?cs # part_form.cs: form fields made from a provider's schema, the error summary, and the conflict block.
  Needs part_ui.cs. Macros: form_error(), conflict(secrets_too), field(one of Fields), fields().

  Reads:
    Fields.N.Id              text        DOM id, unique on the page, made by C from an index ("f0")
    Fields.N.Key             text        the field's name in the POST
    Fields.N.ShownKey        text        name of a hidden field that says: this was shown, and if nothing is sent it is empty
    Fields.N.Kind            enum(secret-input|text-input|long-text|number|json|json-secret|select|radio|boolean|choice|choices|file);
                             choice, choices: one or several of what a runtime registered
    Fields.N.Label           text
    Fields.N.Required        bool
    Fields.N.Must            bool        it is required, whatever the others say, and nothing is stored
    Fields.N.Value           text, optional   text-input, long-text, number, json; never a secret
    Fields.N.Min, Fields.N.Max   int, optional    number only
    Fields.N.MayBeEmpty      bool        select, radio: to leave it open is an option
    Fields.N.Of              enum(models|apps|tools)   choice, choices: of what
    Fields.N.Nothing         bool        choice, choices: nothing of this is registered
    Fields.N.WhenJson        text, optional   the conditions on which the field counts, for the script
    Fields.N.When.M.Label         text   the field that one is about; all of them must hold
    Fields.N.When.M.Box, .On      bool   it is a box; which is ticked then
    Fields.N.When.M.Values.K.Text text   its values, one of which it must have
    Fields.N.Checked         bool        boolean only; the box posts the value "true"
    Fields.N.Stored          bool        secret-input, json-secret: a value is stored, an empty field keeps it
    Fields.N.Placeholder     text, optional
    Fields.N.Help            text, optional
    Fields.N.HelpUrl         url, optional    opens in a new tab
    Fields.N.HelpUrlText     text, optional   words of that link; default "Where do I find this?"
    Fields.N.Error           text, optional   what is wrong with this field and what to do
    Fields.N.Options.M.Value     text    select, radio, choice, choices
    Fields.N.Options.M.Label     text
    Fields.N.Options.M.Detail    text, optional   choice, choices: whose it is
    Fields.N.Options.M.Gone      bool    choice, choices: not registered any more
    Fields.N.Options.M.Selected  bool

    FormError.Title          text, optional   what happened; absent = no error summary
    FormError.Text           text, optional   why
    FormError.Cause          text, optional   the likely cause
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
  <?cs if:?FormError.Cause ?><p><?cs var:FormError.Cause ?></p><?cs /if ?>
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

def:field_has_help(hh) ?><?cs if:?hh.Help || ?hh.HelpUrl || hh.Stored || ?hh.Min || ?hh.Max || hh.Nothing || ?hh.WhenJson ?><?cs set:Layout.Help = "1" ?><?cs else ?><?cs set:Layout.Help = "" ?><?cs /if ?><?cs /def ?><?cs

def:field_described(fd) ?><?cs call:field_has_help(fd) ?><?cs if:?fd.Error || Layout.Help ?> aria-describedby="<?cs if:?fd.Error ?><?cs var:fd.Id ?>-error<?cs /if ?><?cs if:Layout.Help ?><?cs if:?fd.Error ?> <?cs /if ?><?cs var:fd.Id ?>-help<?cs /if ?>"<?cs /if ?><?cs if:?fd.Error ?> aria-invalid="true"<?cs /if ?><?cs /def ?><?cs

def:field_error(fe) ?><?cs if:?fe.Error ?>
  <p class="field-error" id="<?cs var:fe.Id ?>-error"><?cs var:fe.Error ?></p><?cs /if ?><?cs /def ?><?cs

def:when_values(wv) ?><?cs set:Layout.Or = "0" ?><?cs each:value = wv ?><?cs if:Layout.Or ?> {{form.when_or}} <?cs /if ?><?cs set:Layout.Or = "1" ?><q><?cs var:value.Text ?></q><?cs /each ?><?cs /def ?><?cs

def:when_conditions(wc) ?><?cs set:Layout.Comma = "0" ?><?cs each:condition = wc ?><?cs if:Layout.Comma ?> {{form.when_and}} <?cs /if ?><?cs set:Layout.Comma = "1" ?><?cs
  if:condition.Box && condition.On ?>{{form.when_ticked label=condition.Label}}<?cs
  elif:condition.Box ?>{{form.when_not_ticked label=condition.Label}}<?cs
  else ?>{{form.when_is label=condition.Label values=call:when_values(condition.Values)}}<?cs /if ?><?cs /each ?><?cs /def ?><?cs

def:field_nothing(fn) ?><?cs if:fn.Of == "models" ?>{{form.no_models}}<?cs elif:fn.Of == "apps" ?>{{form.no_apps}}<?cs else ?>{{form.no_tools}}<?cs /if ?> <?cs /def ?><?cs

def:field_range(fg) ?><?cs if:?fg.Min && ?fg.Max ?>{{form.range min=fg.Min max=fg.Max}} <?cs elif:?fg.Min ?>{{form.at_least min=fg.Min}} <?cs elif:?fg.Max ?>{{form.at_most max=fg.Max}} <?cs /if ?><?cs /def ?><?cs

def:field_help(fh) ?><?cs call:field_has_help(fh) ?><?cs if:Layout.Help ?>
  <p class="help" id="<?cs var:fh.Id ?>-help"><?cs if:?fh.WhenJson ?><span class="when">{{form.when conditions=call:when_conditions(fh.When)}} </span><?cs /if ?><?cs if:fh.Stored ?>{{form.stored}} <?cs /if ?><?cs if:fh.Nothing ?><?cs call:field_nothing(fh) ?><?cs /if ?><?cs call:field_range(fh) ?><?cs if:?fh.Help ?><?cs var:fh.Help ?> <?cs /if ?><?cs
  if:?fh.HelpUrl ?><a href="<?cs var:fh.HelpUrl ?>" target="_blank" rel="noopener noreferrer"><?cs if:?fh.HelpUrlText ?><?cs var:fh.HelpUrlText ?><?cs else ?>{{form.where}}<?cs /if ?><span class="icon icon-external" aria-hidden="true"></span><span class="visually-hidden"> {{form.new_tab_of label=fh.Label}}</span></a><?cs /if ?></p><?cs /if ?><?cs /def ?><?cs

def:field_mark(fm) ?><?cs if:fm.Required ?><span class="required" aria-hidden="true"> *</span><?cs else ?> <span class="optional">{{label.optional}}</span><?cs /if ?><?cs /def ?><?cs

def:field_label(fl) ?><label for="<?cs var:fl.Id ?>"><?cs var:fl.Label ?><?cs call:field_mark(fl) ?></label><?cs /def ?><?cs

def:show_button(show_id, show_label) ?><button type="button" class="button show-button js-only" data-show="<?cs var:show_id ?>" aria-pressed="false">{{layout.show}}<span class="visually-hidden"> <?cs var:show_label ?></span></button><?cs /def ?><?cs

def:option(op) ?>
    <option value="<?cs var:op.Value ?>"<?cs if:op.Selected ?> selected<?cs /if ?>><?cs var:op.Label ?><?cs if:?op.Detail ?> — <?cs var:op.Detail ?><?cs /if ?><?cs if:op.Gone ?> {{form.gone}}<?cs /if ?></option><?cs /def ?><?cs

def:boxes(bx, box_type) ?><?cs set:Layout.Box = "0" ?><?cs
if:box_type == "radio" && bx.MayBeEmpty && !bx.Required ?>
    <div class="check"><input type="radio" id="<?cs var:bx.Id ?>-none" name="<?cs var:bx.Key ?>" value=""><label for="<?cs var:bx.Id ?>-none">{{form.not_set}}</label></div><?cs /if ?><?cs
each:box = bx.Options ?>
    <div class="check"><input type="<?cs var:box_type ?>" id="<?cs var:bx.Id ?><?cs if:Layout.Box != "0" ?>-<?cs var:Layout.Box ?><?cs /if ?>" name="<?cs var:bx.Key ?>" value="<?cs var:box.Value ?>"<?cs if:box.Selected ?> checked<?cs /if ?>><label for="<?cs var:bx.Id ?><?cs if:Layout.Box != "0" ?>-<?cs var:Layout.Box ?><?cs /if ?>"><?cs var:box.Label ?><?cs if:?box.Detail ?> <span class="label-note"><?cs var:box.Detail ?></span><?cs /if ?><?cs if:box.Gone ?> <span class="label-note">{{form.gone}}</span><?cs /if ?></label></div><?cs set:Layout.Box = Layout.Box + #1 ?><?cs /each ?><?cs /def ?><?cs

def:field(ff) ?>
<?cs if:ff.Kind == "radio" || ff.Kind == "choices" ?><fieldset class="field<?cs if:?ff.Error ?> field-wrong<?cs /if ?>"<?cs if:?ff.WhenJson ?> data-when="<?cs var:ff.WhenJson ?>"<?cs /if ?><?cs call:field_described(ff) ?>>
  <legend class="label"><?cs var:ff.Label ?><?cs call:field_mark(ff) ?></legend><?cs call:field_error(ff) ?><?cs
  if:ff.Kind == "choices" ?><input type="hidden" name="<?cs var:ff.ShownKey ?>" value="1"><?cs call:boxes(ff, "checkbox") ?><?cs else ?><?cs call:boxes(ff, "radio") ?><?cs /if ?><?cs call:field_help(ff) ?>
</fieldset><?cs
else ?><div class="field<?cs if:?ff.Error ?> field-wrong<?cs /if ?>"<?cs if:?ff.WhenJson ?> data-when="<?cs var:ff.WhenJson ?>"<?cs /if ?>><?cs
if:ff.Kind == "boolean" ?>
  <input type="hidden" name="<?cs var:ff.ShownKey ?>" value="1"><div class="check"><input type="checkbox" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" value="true"<?cs if:ff.Checked ?> checked<?cs /if ?><?cs call:field_described(ff) ?>><label for="<?cs var:ff.Id ?>"><?cs var:ff.Label ?></label></div><?cs call:field_error(ff) ?><?cs
elif:ff.Kind == "select" || ff.Kind == "choice" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <select id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>"<?cs if:ff.Must ?> required<?cs /if ?><?cs call:field_described(ff) ?>>
    <?cs if:!ff.Required ?><option value="">{{form.not_set}}</option><?cs elif:ff.Kind == "choice" || ff.MayBeEmpty ?><option value="">{{form.choose_label}}</option><?cs /if ?><?cs each:choice = ff.Options ?><?cs call:option(choice) ?><?cs /each ?>
  </select><?cs
elif:ff.Kind == "long-text" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <textarea class="prose" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" rows="4"<?cs if:ff.Must ?> required<?cs /if ?><?cs call:field_described(ff) ?>>
<?cs var:ff.Value ?></textarea><?cs
elif:ff.Kind == "file" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <input type="file" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>"<?cs call:field_described(ff) ?>><?cs
elif:ff.Kind == "json" || ff.Kind == "json-secret" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <textarea id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" rows="5" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs if:ff.Stored ?> placeholder="••••••••••••"<?cs elif:?ff.Placeholder ?> placeholder="<?cs var:ff.Placeholder ?>"<?cs /if ?><?cs if:ff.Must ?> required<?cs /if ?><?cs call:field_described(ff) ?>>
<?cs var:ff.Value ?></textarea><?cs
elif:ff.Kind == "secret-input" ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <div class="with-button"><input type="password" id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs if:ff.Stored ?> placeholder="••••••••••••"<?cs elif:?ff.Placeholder ?> placeholder="<?cs var:ff.Placeholder ?>"<?cs /if ?><?cs if:ff.Must ?> required<?cs /if ?><?cs call:field_described(ff) ?>><?cs call:show_button(ff.Id, ff.Label) ?></div><?cs
else ?>
  <?cs call:field_label(ff) ?><?cs call:field_error(ff) ?>
  <input type="text"<?cs if:ff.Kind == "number" ?> inputmode="decimal"<?cs /if ?> id="<?cs var:ff.Id ?>" name="<?cs var:ff.Key ?>" value="<?cs var:ff.Value ?>" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs if:?ff.Placeholder ?> placeholder="<?cs var:ff.Placeholder ?>"<?cs /if ?><?cs if:ff.Must ?> required<?cs /if ?><?cs call:field_described(ff) ?>><?cs
/if ?><?cs call:field_help(ff) ?>
</div><?cs /if ?><?cs /def ?><?cs

def:fields() ?><?cs each:form_field = Fields ?><?cs call:field(form_field) ?><?cs /each ?><?cs /def ?>
