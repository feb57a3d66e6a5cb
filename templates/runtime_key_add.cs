<?cs # runtime_key_add.cs: Add runtime key. POST fields: csrf, name, scope (all | chosen), provider and verb (as often as
  are checked), days.
  Reads, besides layout.cs and part_form.cs:
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.Name              text, optional
    Form.NameError         text, optional
    Form.Scope             enum(all|chosen)
    Form.ProvidersError    text, optional
    Form.VerbsError        text, optional
    Form.Days              text, optional
    Form.DaysError         text, optional
    Groups.N.Label         text            a kind of providers
    Groups.N.Open          bool            one of them is checked
    Groups.N.Providers.M.Id        text    DOM id, made by C
    Groups.N.Providers.M.Value     text    value of the field provider
    Groups.N.Providers.M.Label     text
    Groups.N.Providers.M.Checked   bool
    Verbs.N.Id             text            DOM id, made by C
    Verbs.N.Value          text            value of the field verb
    Verbs.N.Label          text
    Verbs.N.Help           text
    Verbs.N.Checked        bool
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs
def:wrong(wrong_id, wrong_text) ?><p class="field-error" id="<?cs var:wrong_id ?>"><?cs var:wrong_text ?></p><?cs /def ?><?cs
call:page_head({{keys.add}}) ?><?cs call:panel_open("dim") ?>
<h1>{{keys.add}}</h1>
<p class="lede">{{keys.add_lede workspace=Workspace.Name}}</p>
<?cs call:form_error() ?>
<form method="post" action="<?cs var:Form.Url ?>">
  <?cs call:csrf_field() ?>
  <div class="field<?cs if:?Form.NameError ?> field-wrong<?cs /if ?>">
    <label for="key-name">{{keys.name}}<span class="required" aria-hidden="true"> *</span></label><?cs
    if:?Form.NameError ?><?cs call:wrong("key-name-error", Form.NameError) ?><?cs /if ?>
    <input type="text" id="key-name" name="name" value="<?cs var:Form.Name ?>" maxlength="100" autocomplete="off" required aria-describedby="<?cs if:?Form.NameError ?>key-name-error <?cs /if ?>key-name-help"<?cs if:?Form.NameError ?> aria-invalid="true"<?cs /if ?>>
    <p class="help" id="key-name-help">{{keys.name_help}}</p>
  </div>
  <fieldset class="field<?cs if:?Form.VerbsError ?> field-wrong<?cs /if ?>"<?cs if:?Form.VerbsError ?> aria-describedby="verbs-error"<?cs /if ?>>
    <legend class="label">{{keys.verbs}}</legend><?cs
    if:?Form.VerbsError ?><?cs call:wrong("verbs-error", Form.VerbsError) ?><?cs /if ?>
    <?cs each:verb = Verbs ?><div class="check"><input type="checkbox" id="<?cs var:verb.Id ?>" name="verb" value="<?cs var:verb.Value ?>"<?cs if:verb.Checked ?> checked<?cs /if ?> aria-describedby="<?cs var:verb.Id ?>-help"><div><label for="<?cs var:verb.Id ?>"><?cs var:verb.Label ?></label><p class="help" id="<?cs var:verb.Id ?>-help"><?cs var:verb.Help ?></p></div></div>
    <?cs /each ?>
  </fieldset>
  <fieldset class="field<?cs if:?Form.ProvidersError ?> field-wrong<?cs /if ?>"<?cs if:?Form.ProvidersError ?> aria-describedby="providers-error"<?cs /if ?>>
    <legend class="label">{{keys.providers}}</legend><?cs
    if:?Form.ProvidersError ?><?cs call:wrong("providers-error", Form.ProvidersError) ?><?cs /if ?>
    <div class="check"><input type="radio" id="scope-all" name="scope" value="all"<?cs if:Form.Scope != "chosen" ?> checked<?cs /if ?>><label for="scope-all">{{keys.all}}</label></div>
    <div class="check"><input type="radio" id="scope-chosen" name="scope" value="chosen"<?cs if:Form.Scope == "chosen" ?> checked<?cs /if ?>><label for="scope-chosen">{{keys.only}}</label></div>
    <div class="checks">
      <?cs each:group = Groups ?><details<?cs if:group.Open ?> open<?cs /if ?>><summary><?cs var:group.Label ?> <span class="count"><?cs var:subcount(group.Providers) ?></span></summary>
      <?cs each:box = group.Providers ?><div class="check"><input type="checkbox" id="<?cs var:box.Id ?>" name="provider" value="<?cs var:box.Value ?>"<?cs if:box.Checked ?> checked<?cs /if ?>><label for="<?cs var:box.Id ?>"><?cs var:box.Label ?></label></div>
      <?cs /each ?></details>
      <?cs /each ?>
    </div>
  </fieldset>
  <div class="field<?cs if:?Form.DaysError ?> field-wrong<?cs /if ?>">
    <label for="key-days">{{keys.days}} <span class="optional">{{label.optional}}</span></label><?cs
    if:?Form.DaysError ?><?cs call:wrong("key-days-error", Form.DaysError) ?><?cs /if ?>
    <input type="text" inputmode="numeric" id="key-days" name="days" value="<?cs var:Form.Days ?>" maxlength="4" autocomplete="off" aria-describedby="<?cs if:?Form.DaysError ?>key-days-error <?cs /if ?>key-days-help"<?cs if:?Form.DaysError ?> aria-invalid="true"<?cs /if ?>>
    <p class="help" id="key-days-help">{{keys.days_help}}</p>
  </div>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{button.adding}}">{{keys.add}}</button>
  </div>
</form>
<p class="foot foot-lock"><span class="icon icon-lock" aria-hidden="true"></span>{{keys.foot}}</p>
<?cs call:panel_close() ?>
