<?cs # runtime_key_revoke.cs: asks before a runtime key is revoked. POST field: csrf.
  Reads, besides layout.cs:
    Key.Name               text
    Key.State.Kind         enum(ok|warn|bad|none)
    Key.Used               date, optional  absent: never
    Key.Added              date
    Key.AddedBy            text, optional
    Key.Providers.N.Text   text            which it reaches; none = all
    Form.Url               url             POST
    Form.CancelUrl         url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{keys.revoke_head name=Key.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{keys.revoke_title name=Key.Name}}</h1>
<p class="lede"><?cs if:?Key.AddedBy ?>{{keys.revoke_lede_by workspace=Workspace.Name who=Key.AddedBy date=call:day(Key.Added)}}<?cs else ?>{{keys.revoke_lede workspace=Workspace.Name date=call:day(Key.Added)}}<?cs /if ?></p>
<ul class="consequences">
  <li><?cs if:?Key.Used.Text ?>{{keys.used date=call:day(Key.Used)}}<?cs else ?>{{keys.never_used}}<?cs /if ?></li>
  <li>{{keys.reaches}} <?cs call:listing(Key.Providers, {{keys.all_providers}}) ?>.</li>
  <li>{{keys.no_way_back}}</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?>
  <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-danger-primary" data-busy="{{keys.revoking}}">{{keys.revoke}}</button>
</form>
<?cs call:panel_close() ?>
