<?cs # webhooks.cs: who is told of incidents, what became of the last messages, and the dead letters.
  Reads, besides layout.cs:
    AddUrl                       url, optional   absent: there are as many as there may be
    Webhooks.N.Url               text            its address
    Webhooks.N.State.Kind        enum(ok|warn|bad|none)
    Webhooks.N.State.Text        text            "Delivering", "Failing"
    Webhooks.N.AddedBy           text, optional  absent: somebody who is gone
    Webhooks.N.Added             date
    Webhooks.N.TestUrl           url             POST
    Webhooks.N.RemoveUrl         url             confirmation page
    Webhooks.N.Last.M.What       text            "Work Drive: Needs re-authorization"
    Webhooks.N.Last.M.When       date            when it happened
    Webhooks.N.Last.M.State.Kind enum(ok|warn|bad|none)
    Webhooks.N.Last.M.State.Text text            "Delivered", "Tried again later", "Given up"
    Webhooks.N.Last.M.Answer     text, optional  a sentence
    Webhooks.N.Last.M.Attempts   int, optional   when more than one
    Webhooks.N.Last.M.Next       date, optional  when it is tried again
    Dead.N.What                  text
    Dead.N.To                    text            the webhook's address
    Dead.N.When                  date
    Dead.N.Answer                text, optional
    Dead.N.Attempts              int, optional
    Dead.N.AgainUrl              url             POST
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
def:tried(message) ?><?cs if:?message.Answer ?><?cs var:message.Answer ?><?cs /if ?><?cs if:?message.Attempts ?> {{webhooks.tried attempts=message.Attempts}}<?cs /if ?><?cs if:?message.Next.Text ?> {{webhooks.next when=call:moment(message.Next)}}<?cs /if ?><?cs /def ?><?cs
call:page_head({{nav.webhooks}}) ?><?cs call:app_open() ?>
<div class="section-head">
  <h1>{{nav.webhooks}}</h1>
  <?cs if:?AddUrl ?><div class="actions"><a class="button button-primary" href="<?cs var:AddUrl ?>">{{webhooks.add}}</a></div><?cs /if ?>
</div>
<p class="lede">{{webhooks.lede workspace=Workspace.Name}}</p>
<?cs if:subcount(Webhooks) ?>
<ul class="rows">
  <?cs each:hook = Webhooks ?><li class="row">
    <div class="row-main">
      <h2 class="row-address"><?cs var:hook.Url ?></h2>
      <p class="row-meta"><?cs if:?hook.AddedBy ?>{{row.added_by who=hook.AddedBy date=call:day(hook.Added)}}<?cs else ?>{{row.added date=call:day(hook.Added)}}<?cs /if ?></p>
    </div>
    <div class="row-state"><?cs call:pill(hook.State) ?></div>
    <div class="row-actions">
      <form method="post" action="<?cs var:hook.TestUrl ?>"><?cs call:csrf_field() ?><button type="submit" class="button" data-busy="{{webhooks.sending}}">{{webhooks.send_test}}<span class="visually-hidden"> {{webhooks.to url=hook.Url}}</span></button></form>
      <a class="button button-danger" href="<?cs var:hook.RemoveUrl ?>">{{button.remove}}<span class="visually-hidden"> <?cs var:hook.Url ?></span></a>
    </div>
    <?cs if:subcount(hook.Last) ?><details class="row-more"<?cs if:hook.State.Kind == "bad" ?> open<?cs /if ?>>
      <summary>{{webhooks.last}}<span class="visually-hidden"> {{webhooks.to url=hook.Url}}</span></summary>
      <ul>
        <?cs each:last = hook.Last ?><li><?cs call:pill(last.State) ?> <strong><?cs var:last.What ?></strong> <span class="muted"><?cs call:day(last.When) ?></span> <?cs call:tried(last) ?></li>
        <?cs /each ?>
      </ul>
    </details><?cs /if ?>
  </li>
  <?cs /each ?>
</ul><?cs
else ?>
<div class="empty">
  <h2>{{webhooks.nobody}}</h2>
  <p>{{webhooks.nobody_text}}</p>
</div><?cs /if ?>
<?cs if:subcount(Dead) ?>
<section aria-labelledby="dead">
<div class="section-head"><h2 id="dead">{{webhooks.dead}}</h2></div>
<p class="lede">{{webhooks.dead_lede}}</p>
<ul class="rows">
  <?cs each:letter = Dead ?><li class="row">
    <div class="row-main">
      <h3><?cs var:letter.What ?></h3>
      <p class="row-meta"><span class="row-address"><?cs var:letter.To ?></span> · <?cs call:day(letter.When) ?></p>
    </div>
    <div class="row-state"><span class="row-validity"><?cs call:tried(letter) ?></span></div>
    <div class="row-actions"><form method="post" action="<?cs var:letter.AgainUrl ?>"><?cs call:csrf_field() ?><button type="submit" class="button" data-busy="{{webhooks.sending}}">{{webhooks.send_again}}<span class="visually-hidden"> {{webhooks.dead_to what=letter.What to=letter.To}}</span></button></form></div>
  </li>
  <?cs /each ?>
</ul>
</section><?cs /if ?>
<?cs call:app_close() ?>
