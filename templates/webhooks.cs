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
def:tried(message) ?><?cs if:?message.Answer ?><?cs var:message.Answer ?><?cs /if ?><?cs if:?message.Attempts ?> Tried <?cs var:message.Attempts ?> times.<?cs /if ?><?cs if:?message.Next.Text ?> Next attempt <?cs call:moment(message.Next) ?>.<?cs /if ?><?cs /def ?><?cs
call:page_head("Webhooks") ?><?cs call:app_open() ?>
<div class="section-head">
  <h1>Webhooks</h1>
  <?cs if:?AddUrl ?><div class="actions"><a class="button button-primary" href="<?cs var:AddUrl ?>">Add webhook</a></div><?cs /if ?>
</div>
<p class="lede">Your own service is told when a credential of <?cs var:Workspace.Name ?> stops working, and when it works again: one signed message for each incident.</p>
<?cs if:subcount(Webhooks) ?>
<ul class="rows">
  <?cs each:hook = Webhooks ?><li class="row">
    <div class="row-main">
      <h2 class="row-address"><?cs var:hook.Url ?></h2>
      <p class="row-meta">added <?cs if:?hook.AddedBy ?>by <?cs var:hook.AddedBy ?>, <?cs /if ?><?cs call:day(hook.Added) ?></p>
    </div>
    <div class="row-state"><?cs call:pill(hook.State) ?></div>
    <div class="row-actions">
      <form method="post" action="<?cs var:hook.TestUrl ?>"><?cs call:csrf_field() ?><button type="submit" class="button" data-busy="Sending…">Send a test message<span class="visually-hidden"> to <?cs var:hook.Url ?></span></button></form>
      <a class="button button-danger" href="<?cs var:hook.RemoveUrl ?>">Remove<span class="visually-hidden"> <?cs var:hook.Url ?></span></a>
    </div>
    <?cs if:subcount(hook.Last) ?><details class="row-more"<?cs if:hook.State.Kind == "bad" ?> open<?cs /if ?>>
      <summary>Last messages<span class="visually-hidden"> to <?cs var:hook.Url ?></span></summary>
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
  <h2>Nobody is told yet</h2>
  <p>Add the address of a service of yours. It gets a message when a person has to act, so that you know before your pipelines fail.</p>
</div><?cs /if ?>
<?cs if:subcount(Dead) ?>
<section aria-labelledby="dead">
<div class="section-head"><h2 id="dead">Dead letters</h2></div>
<p class="lede">These were not accepted and are not tried any more. They are kept for 30 days.</p>
<ul class="rows">
  <?cs each:letter = Dead ?><li class="row">
    <div class="row-main">
      <h3><?cs var:letter.What ?></h3>
      <p class="row-meta"><span class="row-address"><?cs var:letter.To ?></span> · <?cs call:day(letter.When) ?></p>
    </div>
    <div class="row-state"><span class="row-validity"><?cs call:tried(letter) ?></span></div>
    <div class="row-actions"><form method="post" action="<?cs var:letter.AgainUrl ?>"><?cs call:csrf_field() ?><button type="submit" class="button" data-busy="Sending…">Send again<span class="visually-hidden"> <?cs var:letter.What ?>, to <?cs var:letter.To ?></span></button></form></div>
  </li>
  <?cs /each ?>
</ul>
</section><?cs /if ?>
<?cs call:app_close() ?>
