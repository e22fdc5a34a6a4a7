import pytest, json,time
from privacy.promises.running_site import RunningSite
from privacy.datamap.promises.played_people import *
pytestmark=pytest.mark.django_db
def test_dump():
    site=RunningSite()
    with site.rehearsal():
        t=time.process_time()
        p=Played(site); q=Played(site)
        print("T",time.process_time()-t); t=time.process_time()
        db=Database.as_it_stands()
        print("T",time.process_time()-t, len(db.tables)); t=time.process_time()
        r=p.rows(db)
        print("T",time.process_time()-t)
        for n,rows in r.items(): print("R",n,len(rows))
        print("M")
        from privacy.datamap.erasure import erase
        erase(p.subject,cause="x")
        for n,rows in p.rows(db).items(): print("L",n,len(rows), rows)
    assert 0
